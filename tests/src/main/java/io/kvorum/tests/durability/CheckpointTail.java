package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator;
import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.Ranges;
import io.kvorum.tests.compare.Side;
import io.kvorum.tests.compare.Spread;
import io.kvorum.tools.bench.LoadObserver;
import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What clients notice of checkpoints and of collecting in Xodus: the tail of SET with them, by that without them. */
@Command(
        name = "checkpoint-tail",
        description = {
            "SETs at half of what a node manages, on a node that never checkpoints and on one that always does, by turns:"
                    + " p99.9 of the one by that of the other. Limit: 3."
        })
final class CheckpointTail extends Experiment {
    private static final double RATIO_MAX = 3;
    private static final double[] PERCENTILES = {50, 99, 99.9};
    private static final double JUDGED = 99.9;

    @Option(names = "--pairs", defaultValue = "5", description = "Samples of each node. Default: ${DEFAULT-VALUE}.")
    private int pairs = 5;

    @Option(names = "--duration", defaultValue = "20s", description = "Of each sample. Default: ${DEFAULT-VALUE}.")
    private String duration = "20s";

    @Option(
            names = "--probe",
            defaultValue = "5s",
            description = "How long to look for the largest rate. Default: ${DEFAULT-VALUE}.")
    private String probe = "5s";

    @Option(
            names = "--interval",
            defaultValue = "1s",
            description = "checkpoint.interval of the node that checkpoints. Default: ${DEFAULT-VALUE}.")
    private String interval = "1s";

    @Option(names = "--keys", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}.")
    private long keys = 100_000;

    @Option(names = "--rate", paramLabel = "PER_SECOND", description = "Default: half of the largest.")
    private @Nullable Long rate;

    CheckpointTail(Path home) {
        super(home);
    }

    @Override
    Map<String, Object> plan() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("pairs", (int) Ranges.between("--pairs", pairs, 1, 1_000));
        plan.put("duration", seconds(Ranges.nanos("--duration", duration)));
        plan.put("checkpoint.interval", interval);
        plan.put("probe", seconds(Ranges.nanos("--probe", probe)));
        plan.put("keys", keys(keys));
        plan.put("rate", rate(rate) != null ? rate + "/s" : "half of the largest");
        return plan;
    }

    @Override
    void run(Bench bench, Outcome outcome) throws IOException, InterruptedException {
        // An eighth of the journal's bound begins a checkpoint before its time.
        try (Side without = bench.node("without", settings("checkpoint.interval=1h", "journal.max-size=256gb"));
                Side with = bench.node("with", settings("checkpoint.interval=" + interval))) {
            bench.progress().say("filling, and looking for the largest rate");
            bench.fill(without, keys);
            bench.fill(with, keys);
            long probeNanos = Ranges.nanos("--probe", probe);
            double largest = Math.min(
                    bench.largestSetRate(without, keys, probeNanos), bench.largestSetRate(with, keys, probeNanos));
            long perSecond = rate != null ? rate : Generator.halfOf(largest);
            outcome.put("largest-per-second", largest);
            outcome.put("rate-per-second", perSecond);
            outcome.say("the slower node manages " + Units.count(Math.round(largest))
                    + " SET/s with one on its way on each of " + bench.connections() + " connections; from here on "
                    + Units.count(perSecond) + "/s, each at its time");

            MetricsPage before = bench.awaitQuiet(with);
            List<Sample> plain = new ArrayList<>();
            List<Sample> checkpointing = new ArrayList<>();
            double storeBytesMax = 0;
            double diskBytesMax = 0;
            for (int pair = 1; pair <= pairs; pair++) {
                bench.progress().say(perSecond + " SET/s, pair " + pair + " of " + pairs);
                plain.add(measure(bench, without, perSecond));
                checkpointing.add(measure(bench, with, perSecond));
                MetricsPage loaded = with.metrics();
                storeBytesMax = Math.max(storeBytesMax, loaded.value(Metric.STORE_BYTES));
                diskBytesMax =
                        Math.max(diskBytesMax, loaded.value(Metric.STORE_BYTES) + loaded.value(Metric.JOURNAL_BYTES));
                // The other's turn is without checkpoints on the whole machine.
                bench.awaitQuiet(with);
            }
            MetricsPage after = with.metrics();
            show(outcome, plain, checkpointing);
            double data = (double) keys * (Bench.KEY_BYTES + bench.valueBytes());
            double checkpoints = after.sum(Metric.CHECKPOINTS) - before.sum(Metric.CHECKPOINTS);
            double collections = after.sum(Metric.COLLECTIONS) - before.sum(Metric.COLLECTIONS);
            outcome.tell("checkpoints of the node with them", checkpoints, "");
            outcome.tell(
                    "records put to them",
                    after.sum(Metric.CHECKPOINT_RECORDS) - before.sum(Metric.CHECKPOINT_RECORDS),
                    "");
            outcome.tell("collections", collections, "");
            outcome.tell(
                    "time they took",
                    (after.sum(Metric.COLLECT_MICROSECONDS) - before.sum(Metric.COLLECT_MICROSECONDS)) / 1e3,
                    "ms");
            outcome.tell("checkpoint on disk under load, by keys and values", storeBytesMax / data, "");
            outcome.tell("the same at rest", after.value(Metric.STORE_BYTES) / data, "");
            outcome.tell("journal included, under load", diskBytesMax / data, "");
            outcome.judge(Verdict.atLeast("checkpoints in each sample with them", checkpoints / pairs, 1));
            outcome.judge(Verdict.atLeast("collections in all", collections, 1));
            outcome.judge(Verdict.none(
                    "checkpoints of the node without", (long) without.metrics().sum(Metric.CHECKPOINTS)));
        }
    }

    private Sample measure(Bench bench, Side node, long perSecond) throws IOException, InterruptedException {
        return bench.measure(
                node,
                "set " + perSecond + "/s",
                bench.open(node, perSecond, 1, 0, keys, Distribution.UNIFORM, Ranges.nanos("--duration", duration)),
                LoadObserver.NONE);
    }

    private static void show(Outcome outcome, List<Sample> plain, List<Sample> checkpointing) {
        Table table = Table.of("SET", "without ms", "min..max", "with ms", "min..max", "ratio", "min..max")
                .right(1, 3, 5);
        for (double percentile : PERCENTILES) {
            List<Double> without = millis(plain, percentile);
            List<Double> with = millis(checkpointing, percentile);
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < with.size(); i++) {
                ratios.add(with.get(i) / without.get(i));
            }
            String name = "p" + Double.toString(percentile).replaceFirst("\\.0$", "");
            Spread ratio = Spread.of(ratios);
            table.row(
                    name,
                    decimal(Spread.of(without).median()),
                    range(Spread.of(without)),
                    decimal(Spread.of(with).median()),
                    range(Spread.of(with)),
                    decimal(ratio.median()),
                    range(ratio));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("without-ms", Spread.of(without).json(without));
            json.put("with-ms", Spread.of(with).json(with));
            json.put("ratio", ratio.json(ratios));
            outcome.put(name, json);
            if (percentile == JUDGED) {
                outcome.judge(Verdict.atMost("p99.9 with by without, median of pairs", ratio.median(), RATIO_MAX));
            }
        }
        outcome.say("\n" + table.render(""));
    }

    private static List<Double> millis(List<Sample> samples, double percentile) {
        return samples.stream().map(sample -> sample.latencyMillis(percentile)).toList();
    }

    private static String range(Spread spread) {
        return decimal(spread.min()) + ".." + decimal(spread.max());
    }

    private static String decimal(double value) {
        return Units.decimal(value, 2);
    }
}
