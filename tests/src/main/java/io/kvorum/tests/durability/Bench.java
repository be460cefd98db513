package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator;
import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.MetricsPage;
import io.kvorum.tests.compare.Notes;
import io.kvorum.tests.compare.Progress;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.bench.LoadObserver;
import io.kvorum.tools.bench.Protocol;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What experiments work with: nodes, loads, a clock. Owned by the thread of the command.
 *
 * @param heap of each node, as in {@code -Xmx}; null leaves that to the launcher
 * @param directory for whatever nodes write
 */
record Bench(
        Path home,
        @Nullable String heap,
        Path directory,
        NanoClock clock,
        Generator generator,
        Notes notes,
        Progress progress,
        int connections,
        int valueBytes,
        long seed) {
    /** Operations on their way per connection in the open loop: a bound that is only reached when the node stalls. */
    private static final int OPEN_LOOP_PIPELINE = 64;

    /** Of a load that is measured, the part before that is not. */
    private static final long WARM_UP_NANOS_MAX = 10_000_000_000L;

    private static final long QUIET_WITHIN_NANOS = 1_200_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 500_000_000L;

    /** Keys of 16 bytes. */
    static final int KEY_BYTES = 16;

    /** A node that runs and takes commands. */
    Side node(String name, List<String> settings) throws IOException {
        List<String> all = new ArrayList<>(List.of("engine=xodus"));
        all.addAll(settings);
        Side node = Side.ofKvorum(name, home, heap, all, directory.resolve(name));
        try {
            node.awaitReady(clock);
            return node;
        } catch (IOException | RuntimeException notReady) {
            node.close();
            throw notReady;
        }
    }

    /** Writes keys 0 to {@code keys - 1}; returns writes that failed before all were there, by the reason. */
    Map<String, Long> fill(Side node, long keys) throws IOException, InterruptedException {
        return generator.fill(node, workload(node, null, 1, 1, 0, keys, Distribution.UNIFORM, 0, 0));
    }

    /** As many operations as it takes, {@code depth} on their way on each connection. */
    Workload closed(Side node, int depth, int sets, int gets, long keys, Distribution distribution, long nanos) {
        return workload(node, null, depth, sets, gets, keys, distribution, nanos, warmUpNanos(nanos));
    }

    /** So many operations per second, each at its time. */
    Workload open(Side node, long rate, int sets, int gets, long keys, Distribution distribution, long nanos) {
        return workload(
                node, (double) rate, OPEN_LOOP_PIPELINE, sets, gets, keys, distribution, nanos, warmUpNanos(nanos));
    }

    Sample measure(Side node, String what, Workload workload, LoadObserver observer)
            throws IOException, InterruptedException {
        return generator.measure(node, what, workload, observer);
    }

    /** Sets per second that a node manages, warm, when each connection waits for its answer. */
    double largestSetRate(Side node, long keys, long nanos) throws IOException, InterruptedException {
        Workload workload = closed(node, 1, 1, 0, keys, Distribution.UNIFORM, nanos);
        generator.warmUp(workload);
        return measure(node, "set P=1", workload, LoadObserver.NONE).operationsPerSecond();
    }

    /**
     * Waits until everything is in the checkpoint and nothing is collected any more.
     *
     * @throws IOException if that does not come about
     */
    MetricsPage awaitQuiet(Side node) throws IOException {
        long deadline = clock.nanoTime() + QUIET_WITHIN_NANOS;
        MetricsPage last = node.metrics();
        while (true) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            MetricsPage now = node.metrics();
            boolean collects = now.sum(Metric.COLLECTIONS) != last.sum(Metric.COLLECTIONS);
            if (now.value(Metric.DIRTY) == 0 && now.value(Metric.CHECKPOINTS) > 0 && !collects) {
                return now;
            }
            if (clock.nanoTime() - deadline > 0) {
                throw new IOException(node.name() + " has " + now.value(Metric.DIRTY)
                        + " records that are not in its checkpoint, and does not get there");
            }
            last = now;
        }
    }

    private static long warmUpNanos(long nanos) {
        return Math.min(nanos / 2, WARM_UP_NANOS_MAX);
    }

    private Workload workload(
            Side node,
            @Nullable Double rate,
            int pipeline,
            int sets,
            int gets,
            long keys,
            Distribution distribution,
            long nanos,
            long warmUpNanos) {
        return new Workload(
                node.targets(),
                Protocol.RESP,
                null,
                rate,
                nanos,
                warmUpNanos,
                connections,
                1,
                pipeline,
                false,
                sets,
                gets,
                keys,
                valueBytes,
                distribution,
                false,
                seed);
    }
}
