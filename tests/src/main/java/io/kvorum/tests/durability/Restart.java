package io.kvorum.tests.durability;

import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.Question;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.console.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a node with data is away when it is killed, and when it is stopped. */
@Command(
        name = "restart",
        description = {
            "Fills a node, waits for its checkpoint, and starts it again: after kill -9, and after a stop in order. From the"
                    + " start of the process to the first value that it gives. Limit: 20 s."
        })
final class Restart extends Experiment {
    private static final double SECONDS_MAX = 20;
    private static final long SERVES_WITHIN_NANOS = 600_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 5_000_000L;
    private static final String IN_MEMORY = " records in memory after ";

    @Option(names = "--keys", defaultValue = "5000000", description = "Default: ${DEFAULT-VALUE}.")
    private long keys = 5_000_000;

    Restart(Path home) {
        super(home);
    }

    @Override
    Map<String, Object> plan() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("keys", keys(keys));
        return plan;
    }

    @Override
    void run(Bench bench, Outcome outcome) throws IOException, InterruptedException {
        try (Side node = bench.node("n0", settings())) {
            bench.progress().say("filling " + keys + " keys");
            bench.fill(node, keys);
            bench.progress().say("waiting for the checkpoint");
            MetricsPage full = bench.awaitQuiet(node);
            tellMemory(outcome, "filled", node, full);
            outcome.tell("checkpoint on disk", full.value(Metric.STORE_BYTES) / (1 << 20), "MiB");
            outcome.tell("journal on disk", full.value(Metric.JOURNAL_BYTES) / (1 << 20), "MiB");

            bench.progress().say("kill -9, and start");
            node.kill();
            again(bench, outcome, node, "after kill -9");

            bench.progress().say("stop, and start");
            long from = bench.clock().nanoTime();
            node.stop();
            outcome.tell("a stop in order took", (bench.clock().nanoTime() - from) / 1e9, "s");
            again(bench, outcome, node, "after a stop in order");
        }
    }

    private void again(Bench bench, Outcome outcome, Side node, String when) throws IOException {
        long from = bench.clock().nanoTime();
        node.startAgain();
        double seconds = (awaitValue(bench, node) - from) / 1e9;
        outcome.tell("serves " + when + ", after", seconds, "s");
        List<String> loaded =
                node.log().stream().filter(line -> line.contains(IN_MEMORY)).toList();
        if (!loaded.isEmpty()) {
            String line = loaded.get(loaded.size() - 1);
            outcome.say("  its log: …" + line.substring(Math.max(0, line.indexOf(IN_MEMORY) - 12)));
        }
        tellMemory(outcome, when, node, node.metrics());
        long there = Long.parseLong(Question.firstLine(node.port(), "DBSIZE").replaceFirst("^:", ""));
        outcome.judge(Verdict.atMost("s from start to serving " + when, seconds, SECONDS_MAX));
        outcome.judge(Verdict.none("keys lost " + when, keys - there));
    }

    /** When the last key that was written was given first. */
    private long awaitValue(Bench bench, Side node) throws IOException {
        long deadline = bench.clock().nanoTime() + SERVES_WITHIN_NANOS;
        String get = String.format(Locale.ROOT, "GET key:%012d", keys - 1);
        String last = "nothing";
        while (bench.clock().nanoTime() - deadline < 0) {
            try {
                last = Question.firstLine(node.port(), get);
                if (last.startsWith("$" + bench.valueBytes())) {
                    return bench.clock().nanoTime();
                }
            } catch (IOException notYet) {
                last = String.valueOf(notYet.getMessage());
            }
            node.requireAlive();
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        throw new IOException("the node does not serve; it said last: " + last);
    }

    private static void tellMemory(Outcome outcome, String when, Side node, MetricsPage metrics) throws IOException {
        double used = metrics.value(Metric.HEAP_USED);
        double max = metrics.sum(Metric.HEAP_MAX);
        long resident = node.residentBytes();
        outcome.say(
                when + ": heap " + Units.bytes((long) used) + " of " + Units.bytes((long) max) + ", of which records "
                        + Units.bytes((long) metrics.value(Metric.MEMORY_USED)) + "; resident "
                        + Units.bytes(resident));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("heap-bytes", used);
        json.put("heap-max-bytes", max);
        json.put("records-bytes", metrics.value(Metric.MEMORY_USED));
        json.put("resident-bytes", resident);
        outcome.put("memory " + when, json);
    }
}
