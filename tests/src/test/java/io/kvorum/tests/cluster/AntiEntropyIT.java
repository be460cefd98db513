package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.compare.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisDataException;

/** What a node missed while it was away is at it again, without a read that would have brought it. */
class AntiEntropyIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int MISSED = LONG ? 100_000 : 5_000;
    private static final int BATCH = 500;
    private static final Duration AGREED_WITHIN = Duration.ofSeconds(30);

    @Test
    void node_that_was_killed_has_what_it_missed_soon_after_its_return() throws IOException {
        try (TestCluster cluster = TestCluster.start(3, Map.of("replication.read-all-ratio", "0"))) {
            write(cluster, 0, "old");
            cluster.kill(2);
            try (Jedis survivor = cluster.connect(0)) {
                cluster.await("writes to go on", Duration.ofSeconds(5), () -> isSet(survivor));
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
            double moved = 0;
            for (int node = 0; node < 3; node++) {
                MetricsPage page = page(cluster, node);
                moved += page.sum("kvorum_anti_entropy_pulled_total") + page.sum("kvorum_anti_entropy_sent_total");
                assertThat(page.sum("kvorum_anti_entropy_unneeded_total")).isZero();
            }
            assertThat(moved).isPositive();
        }
    }

    private static void write(TestCluster cluster, int node, String value) {
        try (Jedis jedis = cluster.connect(node)) {
            for (int i = 0; i < MISSED; i += BATCH) {
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

    private static MetricsPage page(TestCluster cluster, int node) {
        try {
            return MetricsPage.parse(cluster.httpBody(node, "/metrics"));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
