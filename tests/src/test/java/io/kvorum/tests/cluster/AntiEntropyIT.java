package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.compare.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisDataException;

/** What a node missed while it was away is at it again, without a read that would have brought it. */
class AntiEntropyIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int MISSED = LONG ? 100_000 : 5_000;
    private static final int BATCH = 500;
    private static final int FEW_KEYS = 2_000;
    private static final int MANY_KEYS = 20_000;
    private static final Duration IDLE_WINDOW = Duration.ofMillis(LONG ? 20_000 : 1_500);
    private static final double IDLE_BYTES_PER_SECOND_MAX = 1_000;
    private static final double[] IDLE_MAX = {
        IDLE_BYTES_PER_SECOND_MAX, IDLE_BYTES_PER_SECOND_MAX, IDLE_BYTES_PER_SECOND_MAX
    };

    /** What is random about a window, and much less than a byte for each key more. */
    private static final double IDLE_GROWTH_MAX = 400;

    /** While writes go on one that is late may come twice, with a comparison and by itself: as a share of what was written. */
    private static final double UNNEEDED_MAX = 0.005;

    private static final Duration AGREED_WITHIN = Duration.ofSeconds(30);

    @Test
    void node_that_was_killed_has_what_it_missed_soon_after_its_return() throws IOException {
        try (TestCluster cluster = TestCluster.start(3, Map.of("replication.read-all-ratio", "0"))) {
            write(cluster, 0, "old");
            cluster.kill(2);
            try (Jedis survivor = cluster.connect(0)) {
                cluster.await("writes to go on", AGREED_WITHIN, () -> isSet(survivor));
            }
            write(cluster, 0, "new");
            // What it noted of the writes that were missed is lost with it: anti-entropy is left to find them.
            cluster.kill(0);
            cluster.startNode(0);
            cluster.awaitReady(0);
            cluster.startNode(2);
            cluster.awaitReady(2);
            long returned = System.nanoTime();
            try (Jedis alone = cluster.connect(2)) {
                alone.sendCommand(SiblingsIT.command("KV.QUORUM"), "R", "1");
                cluster.await("all copies to agree", AGREED_WITHIN, () -> hasAll(alone, "new"));
            }
            System.out.printf(
                    "%d missed keys were back %.1f s after the node%n", MISSED, (System.nanoTime() - returned) / 1e9);
            double moved =
                    sum(cluster, "kvorum_anti_entropy_pulled_total") + sum(cluster, "kvorum_anti_entropy_sent_total");
            assertThat(moved).isPositive();
            assertThat(sum(cluster, "kvorum_anti_entropy_unneeded_total")).isZero();
        }
    }

    @Test
    void idle_nodes_say_the_same_few_bytes_to_each_other_however_many_keys_they_hold() throws IOException {
        try (TestCluster cluster = TestCluster.start(3)) {
            write(cluster, 0, "few", 0, FEW_KEYS);
            awaitEqualCopies(cluster, FEW_KEYS);
            double[] few = idleBytesPerSecond(cluster, IDLE_MAX);
            write(cluster, 0, "many", FEW_KEYS, MANY_KEYS);
            awaitEqualCopies(cluster, MANY_KEYS);
            double[] many = idleBytesPerSecond(
                    cluster,
                    Arrays.stream(few)
                            .map(each -> Math.min(each + IDLE_GROWTH_MAX, IDLE_BYTES_PER_SECOND_MAX))
                            .toArray());
            System.out.printf(
                    "bytes a second and node: %s with %d keys, %s with %d%n",
                    Arrays.toString(few), FEW_KEYS, Arrays.toString(many), MANY_KEYS);
            for (int node = 0; node < 3; node++) {
                assertThat(few[node]).isBetween(1.0, IDLE_BYTES_PER_SECOND_MAX);
                assertThat(many[node]).isBetween(1.0, IDLE_BYTES_PER_SECOND_MAX);
                assertThat(many[node]).as("growth from %s", few[node]).isLessThan(few[node] + IDLE_GROWTH_MAX);
            }
            assertThat(sum(cluster, "kvorum_anti_entropy_unneeded_total"))
                    .isLessThanOrEqualTo(UNNEEDED_MAX * MANY_KEYS);
        }
    }

    private static void awaitEqualCopies(TestCluster cluster, int keys) {
        cluster.await(
                "all nodes to hold all",
                AGREED_WITHIN,
                () -> IntStream.range(0, 3).allMatch(node -> page(cluster, node).sum("kvorum_records") == keys));
        // Now comparisons that began before may end; none that begins finds anything.
        cluster.await(
                "comparisons to end",
                AGREED_WITHIN,
                () -> IntStream.range(0, 3)
                        .allMatch(node -> page(cluster, node).sum("kvorum_anti_entropy_differing_peers") == 0));
    }

    /**
     * By node: what it sent to the others while nobody asked anything of it. Where that is more than it may be it is measured
     * once more: a node that another doubted for a moment is probed for some seconds.
     */
    private static double[] idleBytesPerSecond(TestCluster cluster, double[] max) {
        double unneeded = sum(cluster, "kvorum_anti_entropy_unneeded_total");
        double[] bytes = idleBytesPerSecond(cluster);
        if (IntStream.range(0, 3).anyMatch(node -> bytes[node] >= max[node])) {
            System.out.println("bytes a second and node, measured once more: " + Arrays.toString(bytes));
            System.arraycopy(idleBytesPerSecond(cluster), 0, bytes, 0, bytes.length);
        }
        assertThat(sum(cluster, "kvorum_anti_entropy_unneeded_total") - unneeded)
                .as("moved at rest although copies were equal")
                .isZero();
        return bytes;
    }

    private static double[] idleBytesPerSecond(TestCluster cluster) {
        double[] bytes = new double[3];
        long[] nanos = new long[3];
        for (int node = 0; node < 3; node++) {
            bytes[node] = -page(cluster, node).sum("kvorum_peer_sent_bytes_total");
            nanos[node] = System.nanoTime();
        }
        LockSupport.parkNanos(IDLE_WINDOW.toNanos());
        for (int node = 0; node < 3; node++) {
            bytes[node] += page(cluster, node).sum("kvorum_peer_sent_bytes_total");
            bytes[node] /= (System.nanoTime() - nanos[node]) / 1e9;
        }
        return bytes;
    }

    private static void write(TestCluster cluster, int node, String value) {
        write(cluster, node, value, 0, MISSED);
    }

    private static void write(TestCluster cluster, int node, String value, int from, int to) {
        try (Jedis jedis = cluster.connect(node)) {
            for (int i = from; i < to; i += BATCH) {
                Pipeline pipeline = jedis.pipelined();
                for (int j = i; j < i + BATCH; j++) {
                    pipeline.set("key:" + j, value + j);
                }
                assertThat(pipeline.syncAndReturnAll()).containsOnly("OK");
            }
        }
    }

    private static boolean hasAll(Jedis jedis, String value) {
        for (int i = 0; i < MISSED; i += BATCH) {
            String[] keys = new String[BATCH];
            for (int j = 0; j < BATCH; j++) {
                keys[j] = "key:" + (i + j);
            }
            int at = i;
            for (String found : jedis.mget(keys)) {
                if (!(value + at++).equals(found)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isSet(Jedis jedis) {
        try {
            return "OK".equals(jedis.set("probe", "x"));
        } catch (JedisDataException notYet) {
            return false;
        }
    }

    private static double sum(TestCluster cluster, String metric) {
        return IntStream.range(0, 3)
                .mapToDouble(node -> page(cluster, node).sum(metric))
                .sum();
    }

    private static MetricsPage page(TestCluster cluster, int node) {
        try {
            return MetricsPage.parse(cluster.httpBody(node, "/metrics"));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
