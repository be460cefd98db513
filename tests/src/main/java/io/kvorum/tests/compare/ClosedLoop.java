package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.Match.Pair;
import io.kvorum.tests.compare.Plan.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Server time per operation and throughput, for each operation at each pipeline depth. */
final class ClosedLoop implements Experiment {
    /** From here on a thread has hardly waited. */
    private static final double BUSY_CORES = 0.9;

    private final Plan plan;
    private final Load load;
    private final Progress progress;
    private final Notes notes;

    ClosedLoop(Plan plan, Load load, Progress progress, Notes notes) {
        this.plan = plan;
        this.load = load;
        this.progress = progress;
        this.notes = notes;
    }

    @Override
    public List<Row> run(Match match) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (Operation operation : plan.operations()) {
            for (int depth : plan.depths()) {
                rows.addAll(run(match, operation, depth));
            }
        }
        return rows;
    }

    private List<Row> run(Match match, Operation operation, int depth) throws IOException, InterruptedException {
        List<Pair<Sample>> pairs = new ArrayList<>();
        String what = "P=" + depth;
        for (int i = 0; i < plan.pairs(); i++) {
            int run = i;
            progress.say(match.nodes(), operation.label() + " " + what, i + 1, plan.pairs());
            pairs.add(match.pair(side -> load.closed(side, operation, depth, run)));
        }
        for (Pair<Sample> pair : pairs) {
            noteSlowGenerator("kvorum", operation, what, pair.kvorum());
            noteSlowGenerator("the contender", operation, what, pair.contender());
        }
        return List.of(
                match.row(
                        operation.label(),
                        what,
                        depth,
                        Measure.CPU_PER_OPERATION,
                        pairs,
                        Sample::cpuMicrosPerOperation),
                match.row(operation.label(), what, depth, Measure.THROUGHPUT, pairs, Sample::operationsPerSecond));
    }

    private void noteSlowGenerator(String side, Operation operation, String what, Sample sample) {
        if (sample.generatorCores() > BUSY_CORES && sample.serverCores() < BUSY_CORES) {
            notes.add("the load generator was busier than " + side + " at " + operation.label() + " " + what
                    + ": its throughput there is a lower bound");
        }
    }
}
