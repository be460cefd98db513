package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** A node comes back after it missed a hundred thousand writes, under load: once having missed next to nothing, once all that. */
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

    /** When the node was ready again, and when it had all that it missed. */
    private record Return(long readyNanos, long agreedNanos) {}

    @Test
    @EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
    void node_that_missed_much_has_it_all_soon_and_clients_hardly_notice() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (FaultyCluster cluster = FaultyCluster.start(3, SEED, Map.of());
                CheckedLoad load =
                        new CheckedLoad(cluster, new int[] {0, 1}, SESSIONS_A_NODE, PER_SECOND, SEED + 1).begin()) {
            LockSupport.parkNanos(WARM_NANOS);
            Return plain = leaveAndReturn(cluster.processes(), 0);
            Return laden = leaveAndReturn(cluster.processes(), MISSED);
            load.end();
            double without = load.millis(0.99, plain.readyNanos, plain.readyNanos + WINDOW_NANOS);
            double with = load.millis(0.99, laden.readyNanos, laden.readyNanos + WINDOW_NANOS);
            Duration took = Duration.ofNanos(laden.agreedNanos - laden.readyNanos);
            System.out.printf(
                    "[node return] %d missed writes were back after %d ms; p99 %.1f ms, after missing nothing %.1f ms%n",
                    MISSED, took.toMillis(), with, without);
            assertThat(load.violations()).as("seed %d", SEED).isEmpty();
            assertThat(took).isLessThan(AGREED_WITHIN);
            assertThat(with).isLessThanOrEqualTo(1.5 * without);
        }
    }

    private static Return leaveAndReturn(TestCluster cluster, int missed) throws IOException {
        cluster.kill(AWAY);
        try (Jedis survivor = cluster.connect(0)) {
            for (int i = 0; i < missed; i += BATCH) {
                Pipeline pipeline = survivor.pipelined();
                for (int j = i; j < i + BATCH; j++) {
                    pipeline.set("missed:" + j, "value" + j);
                }
                assertThat(pipeline.syncAndReturnAll()).containsOnly("OK");
            }
        }
        cluster.startNode(AWAY);
        cluster.awaitReady(AWAY);
        long readyNanos = System.nanoTime();
        try (Jedis alone = cluster.connect(AWAY)) {
            alone.sendCommand(FaultyCluster.command("KV.QUORUM"), "R", "1");
            cluster.await("what was missed to be back", Duration.ofMinutes(2), () -> has(alone, missed));
        }
        long agreedNanos = System.nanoTime();
        LockSupport.parkNanos(readyNanos + WINDOW_NANOS - agreedNanos);
        return new Return(readyNanos, agreedNanos);
    }

    private static boolean has(Jedis jedis, int missed) {
        for (int i = 0; i < missed; i += BATCH) {
            String[] keys = new String[BATCH];
            for (int j = 0; j < BATCH; j++) {
                keys[j] = "missed:" + (i + j);
            }
            int at = i;
            for (String found : jedis.mget(keys)) {
                if (!("value" + at++).equals(found)) {
                    return false;
                }
            }
        }
        return true;
    }
}
