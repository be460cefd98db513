package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Plan.Operation;
import io.kvorum.tests.compare.Plan.Part;
import io.kvorum.tools.bench.CannotConnectException;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a plan: fresh servers for memory, then others, filled and warm, for time. Blocks the thread of the command. */
final class Comparison {
    private final Plan plan;
    private final Contender kvorum;
    private final Contender contender;
    private final NanoClock clock;
    private final Progress progress;
    private final Notes notes = new Notes();
    private final List<String> failures = new ArrayList<>();
    private final Load load;

    Comparison(Plan plan, Contender kvorum, Contender contender, NanoClock clock, Progress progress) {
        this.plan = plan;
        this.kvorum = kvorum;
        this.contender = contender;
        this.clock = clock;
        this.progress = progress;
        load = new Load(plan, clock, notes);
    }

    /**
     * Measures it all. What a server's failure ends, ends alone: it is noted, and the rest is measured.
     *
     * @param directory for whatever the servers write
     */
    List<Row> run(Path directory) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int nodes : plan.nodes()) {
            noteCopies(nodes);
            List<Experiment> timed = new ArrayList<>();
            if (plan.parts().contains(Part.CPU)) {
                timed.add(new ClosedLoop(plan, load, progress, notes));
            }
            if (plan.parts().contains(Part.LATENCY)) {
                timed.add(new OpenLoop(plan, load, progress));
            }
            if (!timed.isEmpty()) {
                timed.add(0, this::warmUp);
                rows.addAll(run(timed, nodes, directory));
            }
            if (plan.parts().contains(Part.MEMORY)) {
                rows.addAll(run(List.of(new MemoryPerKey(plan, load, progress)), nodes, directory));
            }
        }
        return rows;
    }

    /** Experiments one after the other on the same servers, up to the first that fails. */
    private List<Row> run(List<Experiment> experiments, int nodes, Path directory) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        try (Match match = Match.start(kvorum, contender, nodes, directory, clock)) {
            for (Experiment experiment : experiments) {
                rows.addAll(experiment.run(match));
            }
            for (String remark : match.remarks()) {
                notes.add(remark);
            }
        } catch (IOException | CannotConnectException failure) {
            failures.add((nodes == 1 ? "1 node: " : nodes + " nodes: ") + failure.getMessage());
        }
        return rows;
    }

    /** What could not be measured, and why. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    List<String> notes() {
        return notes.all();
    }

    private void noteCopies(int nodes) {
        int copies = kvorum.copies(nodes);
        if (copies != contender.copies(nodes)) {
            notes.add(nodes + " nodes: kvorum keeps " + copies + " copies of a key (R=2, W=2), " + contender.name()
                    + " is one process without replication; times are sums over all processes, bytes are per copy");
        }
    }

    /** Every load once before any is measured: the first rounds belong to the compiler, on both ends of the wire. */
    private List<Row> warmUp(Match match) throws IOException, InterruptedException {
        progress.say(match.nodes(), "filling and warming up", 1, 1);
        match.each(side -> {
            load.fill(side, plan.keys());
            for (int depth : plan.depths()) {
                for (Operation operation : plan.operations()) {
                    load.warmUp(side, operation, depth);
                }
            }
        });
        return List.of();
    }
}
