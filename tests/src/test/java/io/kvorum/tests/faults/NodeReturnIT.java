package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * A node comes back after it missed a hundred thousand writes, under load: once with all that would bring it up to date paused,
 * once without. Writing them, forcing and checkpointing them takes its time in both.
 */
class NodeReturnIT {
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int MISSED = 100_000;
    private static final int BATCH = 500;
    private static final int PER_SECOND = 1_000;
    private static final int SESSIONS_A_NODE = 12;
    private static final int AWAY = 2;
    private static final Duration AGREED_WITHIN = Duration.ofSeconds(30);
    private static final long WARM_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long WINDOW_NANOS = Duration.ofSeconds(30).toNanos();

    @Test
    @EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
    void node_that_missed_much_has_it_all_soon_and_clients_hardly_notice() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (FaultyCluster cluster = FaultyCluster.startMeasured(3, SEED, "512m");
                CheckedLoad load =
                        new CheckedLoad(cluster, new int[] {0, 1}, SESSIONS_A_NODE, PER_SECOND, SEED + 1).begin()) {
            LockSupport.parkNanos(WARM_NANOS);
            TestCluster nodes = cluster.processes();
            miss(nodes, "first:");
            Mode.PAUSE.ofAll(nodes, 0, 1);
            long plainNanos = comeBack(nodes);
            Mode.PAUSE.ofAll(nodes, AWAY);
            parkUntil(plainNanos + WINDOW_NANOS);
            Mode.RESUME.ofAll(nodes, 0, 1, AWAY);
            awaitAgreed(nodes, "first:");
            miss(nodes, "second:");
            long ladenNanos = comeBack(nodes);
            awaitAgreed(nodes, "second:");
            Duration took = Duration.ofNanos(System.nanoTime() - ladenNanos);
            parkUntil(ladenNanos + WINDOW_NANOS);
            load.end();
            double without = load.millis(0.99, plainNanos, plainNanos + WINDOW_NANOS);
            double with = load.millis(0.99, ladenNanos, ladenNanos + WINDOW_NANOS);
            System.out.printf(
                    "[node return] %d missed writes were back after %d ms; p99 %.1f ms, while they were kept from it %.1f ms%n",
                    MISSED, took.toMillis(), with, without);
            assertThat(load.violations()).as("seed %d", SEED).isEmpty();
            assertThat(took).isLessThan(AGREED_WITHIN);
            assertThat(with).isLessThanOrEqualTo(1.5 * without);
        }
    }

    /** What an operator says of the jobs that bring a node up to date. */
    private enum Mode {
        PAUSE,
        RESUME;

        void ofAll(TestCluster cluster, int... nodes) {
            for (int node : nodes) {
                try (Jedis admin = cluster.connect(node)) {
                    for (String job : List.of("handoff", "anti-entropy")) {
                        admin.sendCommand(FaultyCluster.command("KV.BACKGROUND"), name(), job);
                    }
                }
            }
        }
    }

    /** Kills a node, and writes what it will not have. */
    private static void miss(TestCluster cluster, String prefix) throws IOException {
        cluster.kill(AWAY);
        try (Jedis survivor = cluster.connect(0)) {
            for (int i = 0; i < MISSED; i += BATCH) {
                Pipeline pipeline = survivor.pipelined();
                for (int j = i; j < i + BATCH; j++) {
                    pipeline.set(prefix + j, "value" + j);
                }
                assertThat(pipeline.syncAndReturnAll()).containsOnly("OK");
            }
        }
    }

    /** Starts the node again; when it was ready. */
    private static long comeBack(TestCluster cluster) throws IOException {
        cluster.startNode(AWAY);
        cluster.awaitReady(AWAY);
        return System.nanoTime();
    }

    private static void awaitAgreed(TestCluster cluster, String prefix) throws IOException {
        try (Jedis alone = cluster.connect(AWAY)) {
            alone.sendCommand(FaultyCluster.command("KV.QUORUM"), "R", "1");
            // What was found once is not read again: the reads would be the load.
            int[] found = {0};
            cluster.await("what was missed to be back", Duration.ofMinutes(2), () -> {
                found[0] = foundFrom(alone, prefix, found[0]);
                return found[0] == MISSED;
            });
        }
    }

    private static void parkUntil(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanos - System.nanoTime();
        }
    }

    /** Up to where nothing is missing; before {@code from} nothing was. */
    private static int foundFrom(Jedis jedis, String prefix, int from) {
        if (jedis.get(prefix + from) == null) {
            return from;
        }
        for (int at = from; at < MISSED; ) {
            String[] keys = new String[Math.min(BATCH, MISSED - at)];
            for (int j = 0; j < keys.length; j++) {
                keys[j] = prefix + (at + j);
            }
            for (String value : jedis.mget(keys)) {
                if (!("value" + at).equals(value)) {
                    return at;
                }
                at++;
            }
        }
        return MISSED;
    }
}
