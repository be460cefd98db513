package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.compare.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.params.SetParams;

/** What is deleted or expired goes from the memory and the disks of all nodes, and stays gone. */
class ReapingIT {
    private static final int KEYS = 1_000;
    private static final int LIVING = 10;
    private static final Duration SOON = Duration.ofSeconds(40);

    @Test
    void what_is_dead_for_the_grace_goes_everywhere_and_does_not_come_back() throws IOException {
        // What is reaped waits for whoever may still be asking: with the deadlines that nodes have.
        Map<String, String> settings = new HashMap<>(TestCluster.AS_SHIPPED);
        settings.put("tombstone.grace", "1s");
        settings.put("checkpoint.interval", "1s");
        try (TestCluster cluster = TestCluster.start(3, settings)) {
            try (Jedis jedis = cluster.connect(0)) {
                Pipeline pipeline = jedis.pipelined();
                for (int i = 0; i < KEYS; i++) {
                    pipeline.set("deleted:" + i, "value");
                    pipeline.del("deleted:" + i);
                    pipeline.set("expired:" + i, "value", SetParams.setParams().px(50));
                }
                for (int i = 0; i < LIVING; i++) {
                    pipeline.set("living:" + i, "value");
                }
                pipeline.sync();
            }
            cluster.await("what is dead to go", SOON, () -> hasOnlyWhatLives(cluster));
            // Neither its journal nor its checkpoint brings it back, and nobody sends it.
            cluster.kill(1);
            cluster.startNode(1);
            cluster.awaitReady(1);
            assertThat(hasOnlyWhatLives(cluster)).isTrue();
            try (Jedis jedis = cluster.connect(1)) {
                assertThat(jedis.dbSize()).isEqualTo(LIVING);
                assertThat(jedis.get("deleted:0")).isNull();
                assertThat(jedis.get("living:0")).isEqualTo("value");
            }
        }
    }

    private static boolean hasOnlyWhatLives(TestCluster cluster) {
        try {
            for (int node = 0; node < 3; node++) {
                if (MetricsPage.parse(cluster.httpBody(node, "/metrics")).sum("kvorum_records") != LIVING) {
                    return false;
                }
            }
            return true;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
