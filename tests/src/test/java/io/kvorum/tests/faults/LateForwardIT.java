package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import redis.clients.jedis.Jedis;

/** A write with a context that was passed to a node that stood still, and then to another one. */
class LateForwardIT {
    private static final int NODES = 5;
    private static final Duration SOON = Duration.ofSeconds(20);

    /** In the long run alone: {@code NettyPeerTransportTest} and {@code CoordinatorTest} say the same of the parts. */
    @Test
    @EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
    void value_that_was_superseded_does_not_come_back_when_the_first_node_goes_on() throws IOException {
        try (FaultyCluster cluster =
                        FaultyCluster.start(NODES, 1, TestCluster.AS_SHIPPED, node -> Map.of("engine", "memory"));
                Jedis client = cluster.processes().connect(0)) {
            String key = keyOfOthers(client);
            int first = firstOwner(client, key);
            cluster.freeze(first);
            put(client, key, "", "one");
            cluster.processes().await("it to be noticed", SOON, () -> !FaultyCluster.trusts(client, first));
            put(client, key, context(client, key), "two");
            assertThat(values(client, key)).containsExactly("two");
            cluster.thaw(first);
            cluster.awaitWell();
            for (int i = 0; i < 50; i++) {
                assertThat(values(client, key)).containsExactly("two");
            }
        }
    }

    private static String keyOfOthers(Jedis client) {
        for (int i = 0; ; i++) {
            String key = "cart:" + i;
            if (!owners(client, key).contains("n0")) {
                return key;
            }
        }
    }

    private static int firstOwner(Jedis client, String key) {
        return Integer.parseInt(owners(client, key).get(0).substring(1));
    }

    private static List<String> owners(Jedis client, String key) {
        List<?> where = (List<?>) client.sendCommand(FaultyCluster.command("KV.WHERE"), key);
        for (int i = 0; i < where.size(); i += 2) {
            if (FaultyCluster.text(where.get(i)).equals("owners")) {
                return ((List<?>) where.get(i + 1))
                        .stream()
                                .map(owner -> FaultyCluster.text(FaultyCluster.field(FaultyCluster.map(owner), "node")))
                                .toList();
            }
        }
        throw new AssertionError("no owners");
    }

    private static void put(Jedis client, String key, String context, String value) {
        client.sendCommand(FaultyCluster.command("KV.PUT"), key, context, value);
    }

    private static List<?> read(Jedis client, String key) {
        return (List<?>) client.sendCommand(FaultyCluster.command("KV.GET"), key);
    }

    private static String context(Jedis client, String key) {
        return FaultyCluster.text(read(client, key).get(0));
    }

    private static List<String> values(Jedis client, String key) {
        return ((List<?>) read(client, key).get(1))
                .stream().map(FaultyCluster::text).toList();
    }
}
