package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.Match.Pair;
import io.kvorum.tests.compare.Plan.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Latency of both sides at one rate that both can bear, for each operation, and the server time per operation there. */
final class OpenLoop implements Experiment {
    private final Plan plan;
    private final Load load;
    private final Progress progress;

    OpenLoop(Plan plan, Load load, Progress progress) {
        this.plan = plan;
        this.load = load;
        this.progress = progress;
    }

    @Override
    public List<Row> run(Match match) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (Operation operation : plan.operations()) {
            rows.addAll(run(match, operation));
        }
        return rows;
    }

    private List<Row> run(Match match, Operation operation) throws IOException, InterruptedException {
        long rate = rate(match, operation);
        String what = rate + "/s";
        match.each(side -> load.warmUpAtRate(side, operation, rate));
        List<Pair<Sample>> pairs = new ArrayList<>();
        for (int i = 0; i < plan.pairs(); i++) {
            int run = i;
            progress.say(match.nodes(), operation.label() + " " + what, i + 1, plan.pairs());
            pairs.add(match.pair(side -> load.open(side, operation, rate, run)));
        }
        return List.of(
                row(match, operation, what, Measure.CPU_PER_OPERATION, pairs, Sample::cpuMicrosPerOperation),
                row(match, operation, what, Measure.P50, pairs, sample -> sample.latencyMillis(50)),
                row(match, operation, what, Measure.P99, pairs, sample -> sample.latencyMillis(99)),
                row(match, operation, what, Measure.P999, pairs, sample -> sample.latencyMillis(99.9)));
    }

    private static Row row(
            Match match,
            Operation operation,
            String what,
            Measure measure,
            List<Pair<Sample>> pairs,
            ToDoubleFunction<Sample> sample) {
        return match.row(operation.label(), what, 0, measure, pairs, sample);
    }

    private long rate(Match match, Operation operation) throws IOException, InterruptedException {
        if (plan.rate().isPresent()) {
            return plan.rate().getAsLong();
        }
        progress.say(match.nodes(), operation.label() + ", looking for a rate", 1, 1);
        Pair<Sample> pair = match.pair(side -> load.closed(side, operation, 1, 0));
        double slower =
                Math.min(pair.kvorum().operationsPerSecond(), pair.contender().operationsPerSecond());
        return Generator.halfOf(slower);
    }
}
