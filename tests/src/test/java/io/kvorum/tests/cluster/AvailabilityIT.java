package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Nodes are killed and come back; what was acknowledged stays, and the errors say what happened. */
class AvailabilityIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(3);
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void with_one_node_killed_reads_and_writes_go_on_and_it_has_everything_when_it_is_back() {
        Map<String, String> acknowledged = new LinkedHashMap<>();
        try (Jedis survivor = cluster.connect(0)) {
            for (int i = 0; i < 200; i++) {
                survivor.set("before:" + i, "v" + i);
                acknowledged.put("before:" + i, "v" + i);
            }
            cluster.kill(2);
            cluster.await("writes to go on", SOON, () -> answers(survivor, "probe"));
            for (int i = 0; i < 200; i++) {
                survivor.set("during:" + i, "w" + i);
                acknowledged.put("during:" + i, "w" + i);
                assertThat(survivor.get("before:" + i)).isEqualTo("v" + i);
                assertThat(survivor.incr("count")).isEqualTo(i + 1);
            }
        }
        try {
            cluster.startNode(2);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        cluster.awaitReady(2);
        // Its copy was pulled before it counts again: now the others may go, one at a time.
        cluster.kill(1);
        try (Jedis returned = cluster.connect(2)) {
            cluster.await("writes to go on", SOON, () -> answers(returned, "probe"));
            acknowledged.forEach((key, value) -> assertThat(returned.get(key)).isEqualTo(value));
            assertThat(returned.get("count")).isEqualTo("200");
        }
    }

    @Test
    void with_two_nodes_killed_writes_are_refused_before_anything_is_written() {
        try (Jedis survivor = cluster.connect(0)) {
            survivor.set("key", "value");
            cluster.kill(1);
            cluster.kill(2);
            cluster.await("refusals", SOON, () -> error(survivor).startsWith("CLUSTERDOWN"));
            assertThat(error(survivor)).isEqualTo("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
            assertThat(SiblingsIT.error(() -> survivor.get("key")))
                    .isEqualTo("CLUSTERDOWN need 2 of 3 replicas for reads, 1 reachable");
            survivor.sendCommand(SiblingsIT.command("KV.QUORUM"), "R", "1", "W", "1");
            assertThat(survivor.get("key")).isEqualTo("value");
            assertThat(survivor.set("key", "alone")).isEqualTo("OK");
            assertThat(survivor.get("key")).isEqualTo("alone");
        }
    }

    private static boolean answers(Jedis connection, String key) {
        try {
            return "OK".equals(connection.set(key, "x")) && "x".equals(connection.get(key));
        } catch (JedisDataException notYet) {
            return false;
        }
    }

    private static String error(Jedis connection) {
        try {
            connection.set("refused", "x");
            return "";
        } catch (JedisDataException refused) {
            return refused.getMessage();
        }
    }
}
