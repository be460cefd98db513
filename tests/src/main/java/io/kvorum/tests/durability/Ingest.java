package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.ProcessAccounts;
import io.kvorum.tests.compare.Ranges;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether the disk keeps up when every key is new, and goes on keeping up. */
@Command(
        name = "ingest",
        description = {
            "Keys that were never there before, as fast as the node takes them: SETs per second (limit: 25,000), p99 of"
                    + " each five seconds, and the last third of them by the first (limit: 2)."
        })
final class Ingest extends Experiment {
    private static final double PER_SECOND_MIN = 25_000;
    private static final double GROWTH_MAX = 2;
    private static final int WINDOWS_MIN = 3;

    /** More than can be written, and as many as the generator has names for. */
    private static final long KEYS = 1_000_000_000_000L;

    @Option(names = "--duration", defaultValue = "60s", description = "Default: ${DEFAULT-VALUE}.")
    private String duration = "60s";

    @Option(
            names = "--window",
            defaultValue = "5s",
            description = "Of time, for which p99 is taken. Default: ${DEFAULT-VALUE}.")
    private String window = "5s";

    @Option(
            names = "--depth",
            defaultValue = "16",
            paramLabel = "P",
            description = "On their way on each connection. Default: ${DEFAULT-VALUE}.")
    private int depth = 16;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "Each SET at its time, instead of as fast as the node takes them.")
    private @Nullable Long rate;

    Ingest(Path home) {
        super(home);
    }

    @Override
    Map<String, Object> plan() {
        long nanos = Ranges.nanos("--duration", duration);
        Ranges.between("--duration by --window", nanos / Ranges.nanos("--window", window), WINDOWS_MIN, 1_000_000);
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("duration", seconds(nanos));
        plan.put("window", seconds(Ranges.nanos("--window", window)));
        plan.put("load", rate(rate) != null ? rate + "/s" : "P=" + Ranges.between("--depth", depth, 1, 10_000));
        return plan;
    }

    @Override
    void run(Bench bench, Outcome outcome) throws IOException, InterruptedException {
        long nanos = Ranges.nanos("--duration", duration);
        long windowNanos = Ranges.nanos("--window", window);
        try (Side node = bench.node("n0", settings())) {
            bench.progress().say("new keys for " + seconds(nanos));
            Workload workload = rate != null
                    ? bench.open(node, rate, 1, 0, KEYS, Distribution.SEQUENTIAL, nanos)
                    : bench.closed(node, depth, 1, 0, KEYS, Distribution.SEQUENTIAL, nanos);
            LatencyWindows windows = new LatencyWindows(windowNanos, (int) (nanos / windowNanos));
            Sample sample = bench.measure(node, "set of new keys", workload, windows);
            double dirty = node.metrics().value(Metric.DIRTY);
            bench.progress().say("waiting for the checkpoint");
            long loadedNanos = bench.clock().nanoTime();
            MetricsPage quiet = bench.awaitQuiet(node);
            double quietSeconds = (bench.clock().nanoTime() - loadedNanos) / 1e9;
            double checkpointNanos = ProcessAccounts.cpuNanosOfThreads(node.pid(), Side.CHECKPOINT_THREAD);

            List<Double> p99 = windows.percentileMillis(99);
            List<Double> perSecond = windows.perSecond();
            Table table = Table.of("from s", "SET/s", "p99 ms").right(0, 1, 2);
            for (int i = 0; i < p99.size(); i++) {
                table.row(
                        Units.decimal(i * windowNanos / 1e9, 1),
                        Units.count(Math.round(perSecond.get(i))),
                        Units.decimal(p99.get(i), 2));
            }
            outcome.say(table.render(""));
            outcome.put("window-p99-ms", p99);
            outcome.put("window-per-second", perSecond);
            outcome.distributions(Map.of("SET", sample.result().latencies()));
            double records = quiet.sum(Metric.CHECKPOINT_RECORDS);
            outcome.tell("keys at the end", quiet.value(Metric.LIVE_KEYS), "");
            outcome.tell("of which not in the checkpoint when the load ended", dirty, "");
            outcome.tell("all were in it after", quietSeconds, "s");
            outcome.tell("checkpoints", quiet.sum(Metric.CHECKPOINTS), "");
            outcome.tell("records put to them", records, "");
            outcome.tell("CPU of the checkpoint thread for each", checkpointNanos / 1e3 / records, "us");
            outcome.tell("SET/s, last third by first", LatencyWindows.lastThirdByFirst(perSecond), "");
            outcome.judge(Verdict.atLeast("SET/s", sample.operationsPerSecond(), PER_SECOND_MIN));
            outcome.judge(Verdict.atMost("p99, last third by first", LatencyWindows.lastThirdByFirst(p99), GROWTH_MAX));
            outcome.judge(Verdict.none(
                    "SETs that failed",
                    sample.result().attempted() - sample.result().succeeded()));
        }
    }
}
