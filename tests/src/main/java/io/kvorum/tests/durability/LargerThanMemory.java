package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.Ranges;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.bench.LoadObserver;
import io.kvorum.tools.bench.Operation;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.console.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a node whose data does not fit its memory stays within it, refuses nothing, and finds most in memory. */
@Command(
        name = "larger-than-memory",
        description = {
            "Four times as much data as max-memory allows, then reads and writes of popular keys (zipfian, 0.99): how many"
                    + " reads wait for the disk, how long, and what the node takes. Limits: memory within 10 %% of its"
                    + " bound, no error replies."
        })
final class LargerThanMemory extends Experiment {
    private static final double MEMORY_MAX = 1.1;
    private static final int WRITES = 1;
    private static final int READS = 9;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    /** Filling is faster than any disk: its writes wait for room, and are not refused as they are after a second. */
    private static final String PATIENT = "replication.write-timeout=1m";

    private static final long DEFAULT_TIMEOUT_NANOS = 1_000_000_000L;

    @Option(names = "--keys", defaultValue = "2000000", description = "Default: ${DEFAULT-VALUE}.")
    private long keys = 2_000_000;

    @Option(
            names = "--max-memory",
            defaultValue = "512mb",
            paramLabel = "SIZE",
            description = "Of the node. Default: ${DEFAULT-VALUE}.")
    private String maxMemory = "512mb";

    @Option(names = "--duration", defaultValue = "60s", description = "Default: ${DEFAULT-VALUE}.")
    private String duration = "60s";

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "Each operation at its time. Default: as fast as the node takes them, one on its way on each"
                    + " connection.")
    private @Nullable Long rate;

    LargerThanMemory(Path home) {
        super(home);
    }

    @Override
    int defaultValueBytes() {
        return 1_000;
    }

    @Override
    Map<String, Object> plan() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("keys", keys(keys));
        plan.put("max-memory", maxMemory);
        plan.put("duration", seconds(Ranges.nanos("--duration", duration)));
        plan.put("load", (rate(rate) != null ? rate + "/s" : "P=1") + ", set:get " + WRITES + ":" + READS + " zipfian");
        return plan;
    }

    @Override
    void run(Bench bench, Outcome outcome) throws IOException, InterruptedException {
        long nanos = Ranges.nanos("--duration", duration);
        try (Side node = bench.node("n0", settings("max-memory=" + maxMemory, PATIENT));
                NodeWatch watch = new NodeWatch(node)) {
            bench.progress().say("filling " + keys + " keys");
            long from = bench.clock().nanoTime();
            long errors = bench.fill(node, keys).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            outcome.tell("filling took", (bench.clock().nanoTime() - from) / 1e9, "s");
            MetricsPage before = bench.awaitQuiet(node);

            bench.progress().say("reads and writes for " + seconds(nanos));
            Workload workload = rate != null
                    ? bench.open(node, rate, WRITES, READS, keys, Distribution.ZIPFIAN, nanos)
                    : bench.closed(node, 1, WRITES, READS, keys, Distribution.ZIPFIAN, nanos);
            Sample sample = bench.measure(node, "set:get 1:9", workload, LoadObserver.NONE);
            MetricsPage after = node.metrics();

            outcome.tell("operations per second", sample.operationsPerSecond(), "");
            Map<String, Histogram> latencies = new LinkedHashMap<>();
            latencies.put("GET", sample.result().latencies(Operation.GET));
            latencies.put("SET", sample.result().latencies(Operation.SET));
            outcome.distributions(latencies);
            Histogram all = sample.result().latencies();
            long beyondTimeout = all.getMaxValue() <= DEFAULT_TIMEOUT_NANOS
                    ? 0
                    : all.getCountBetweenValues(DEFAULT_TIMEOUT_NANOS, all.getMaxValue());
            tellReads(outcome, before, after);
            tellMemory(outcome, node, after, watch.peak());
            outcome.judge(Verdict.none("error replies while filling", errors));
            outcome.judge(Verdict.none("operations beyond a second, the default timeout", beyondTimeout));
            outcome.judge(Verdict.none(
                    "error replies under load",
                    sample.result().attempted() - sample.result().succeeded()));
            outcome.judge(Verdict.none("reads of nothing", sample.result().absent()));
        }
    }

    /** By the node's own count, the unmeasured beginning of the load included. */
    private static void tellReads(Outcome outcome, MetricsPage before, MetricsPage after) {
        double cold = after.sum(Metric.COLD_READS) - before.sum(Metric.COLD_READS);
        double reads =
                after.sum(Metric.HITS) + after.sum(Metric.MISSES) - before.sum(Metric.HITS) - before.sum(Metric.MISSES);
        outcome.tell("reads", reads, "");
        outcome.tell("of which cold", cold, "");
        outcome.tell("hit rate", 100 * (1 - cold / reads), "%");
        StringBuilder waits = new StringBuilder("cold reads waited for the disk, at most:");
        Map<String, Object> json = new LinkedHashMap<>();
        for (double percentile : PERCENTILES) {
            double millis = after.percentileSince(before, Metric.COLD_READ, percentile) * 1e3;
            String name = "p" + Double.toString(percentile).replaceFirst("\\.0$", "");
            waits.append(' ')
                    .append(name)
                    .append(' ')
                    .append(Outcome.number(millis))
                    .append(" ms");
            json.put(name, millis);
        }
        outcome.say(waits.toString());
        outcome.put("cold-read-ms-at-most", json);
    }

    private static void tellMemory(Outcome outcome, Side node, MetricsPage after, NodeWatch.Peak peak)
            throws IOException {
        double bound = after.value(Metric.MEMORY_MAX);
        outcome.say("records in memory: " + Units.bytes((long) after.value(Metric.MEMORY_USED)) + ", at most "
                + Units.bytes((long) peak.recordsBytes()) + " of " + Units.bytes((long) bound) + "; heap at most "
                + Units.bytes((long) peak.heapBytes()) + " of " + Units.bytes((long) after.sum(Metric.HEAP_MAX))
                + "; resident at most " + Units.bytes((long) peak.residentBytes()));
        outcome.put("records-max-bytes", peak.recordsBytes());
        outcome.put("heap-used-max-bytes", peak.heapBytes());
        outcome.put("heap-max-bytes", after.sum(Metric.HEAP_MAX));
        outcome.put("resident-max-bytes", peak.residentBytes());
        outcome.put("max-memory-bytes", bound);
        outcome.tell("writes refused for memory", after.sum(Metric.MEMORY_REFUSED), "");
        long outOfMemory = node.log().stream()
                .filter(line -> line.contains("OutOfMemoryError"))
                .count();
        outcome.judge(
                Verdict.atMost("memory of records by its bound, at most", peak.recordsBytes() / bound, MEMORY_MAX));
        outcome.judge(Verdict.none("lines of OutOfMemoryError", outOfMemory));
    }
}
