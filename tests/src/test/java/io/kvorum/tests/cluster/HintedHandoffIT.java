package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.tests.compare.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Five processes, three owners of each key: with two killed, and with all owners of some keys killed, writes go on, and what
 * they missed reaches them.
 */
class HintedHandoffIT {
    private static final int KEYS = 500;
    private static final int NODES = 5;
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void three_of_five_may_die_one_after_the_other_and_every_write_goes_on_and_reaches_them_when_they_are_back()
            throws IOException {
        // Copies are compared when a node returns, and then no more.
        try (TestCluster cluster =
                TestCluster.start(NODES, Map.of("anti-entropy.interval", "1h", "replication.read-all-ratio", "0"))) {
            cluster.kill(3);
            cluster.kill(4);
            try (Jedis survivor = cluster.connect(0)) {
                cluster.await("every key to be writable", SOON, () -> writeAll(survivor, "first"));
                assertThat(writeAll(survivor, "last")).isTrue();
            }
            double kept = sum(cluster, "kvorum_hints", 0, 1, 2);
            assertThat(kept).isPositive();
            assertThat(keptByStatus(cluster, 0) + keptByStatus(cluster, 1) + keptByStatus(cluster, 2))
                    .isEqualTo((long) kept);

            cluster.kill(1);
            cluster.startNode(1);
            cluster.awaitReady(1);
            assertThat(sum(cluster, "kvorum_hints", 0, 1, 2)).isEqualTo(kept);

            cluster.kill(2);
            String orphan;
            try (Jedis survivor = cluster.connect(0)) {
                orphan = keyOwnedBy(survivor, "n2", "n3", "n4");
                cluster.await("keys without any owner to be writable", SOON, () -> writeAll(survivor, "final"));
                assertThat(writeAll(survivor, "final")).isTrue();
                assertThatThrownBy(() -> survivor.get(orphan)).hasMessageStartingWith("CLUSTERDOWN ");
                assertThatThrownBy(() -> survivor.incr(orphan)).hasMessageStartingWith("CLUSTERDOWN ");
            }

            cluster.startNode(2);
            cluster.startNode(3);
            cluster.startNode(4);
            cluster.awaitReady();
            cluster.await("all hints to be handed off", SOON, () -> sum(cluster, "kvorum_hints", 0, 1, 2, 3, 4) == 0);
            assertThat(sum(cluster, "kvorum_hints_parked", 0, 1, 2)).isZero();
            for (int node = 0; node < NODES; node++) {
                try (Jedis alone = cluster.connect(node)) {
                    alone.sendCommand(SiblingsIT.command("KV.QUORUM"), "R", "1");
                    for (int i = 0; i < KEYS; i++) {
                        assertThat(alone.get("key:" + i)).isEqualTo("final" + i);
                    }
                    Object versions = alone.sendCommand(SiblingsIT.command("KV.VERSIONS"), orphan);
                    assertThat(fields(versions, "copy")).containsExactly("settled", "settled", "settled");
                    assertThat(fields(versions, "hash"))
                            .doesNotContainNull()
                            .containsOnly(fields(versions, "hash").get(0));
                }
            }
        }
    }

    /** A key whose owners are these, in whatever order. */
    private static String keyOwnedBy(Jedis jedis, String... names) {
        for (int i = 0; i < KEYS; i++) {
            String key = "key:" + i;
            List<?> where = (List<?>) jedis.sendCommand(SiblingsIT.command("KV.WHERE"), key);
            Object owners = where.get(where.size() - 3);
            if (fields(owners, "node").containsAll(List.of(names))) {
                return key;
            }
        }
        throw new AssertionError("no key is owned by " + List.of(names));
    }

    /** What a field has in each of the maps of a reply. */
    private static List<String> fields(Object reply, String name) {
        List<String> values = new ArrayList<>();
        for (Object each : (List<?>) reply) {
            List<?> map = (List<?>) each;
            for (int i = 0; i < map.size(); i += 2) {
                if (name.equals(SafeEncoder.encode((byte[]) map.get(i)))) {
                    values.add(map.get(i + 1) == null ? null : SafeEncoder.encode((byte[]) map.get(i + 1)));
                }
            }
        }
        return values;
    }

    /** How many hints {@code KV.STATUS} shows, for nodes that are away. */
    private static long keptByStatus(TestCluster cluster, int node) {
        try (Jedis jedis = cluster.connect(node)) {
            List<?> status = (List<?>) jedis.sendCommand(SiblingsIT.command("KV.STATUS"));
            long hints = 0;
            for (Object each : (List<?>) field(status, "kept")) {
                List<?> kept = (List<?>) each;
                assertThat(SafeEncoder.encode((byte[]) field(kept, "for"))).isIn("n3", "n4");
                assertThat((long) field(kept, "bytes")).isPositive();
                assertThat((long) field(kept, "oldest-s")).isBetween(0L, SOON.toSeconds());
                hints += (long) field(kept, "hints");
            }
            return hints;
        }
    }

    private static Object field(List<?> map, String name) {
        for (int i = 0; i < map.size(); i += 2) {
            if (name.equals(SafeEncoder.encode((byte[]) map.get(i)))) {
                return map.get(i + 1);
            }
        }
        throw new AssertionError("no " + name);
    }

    private static boolean writeAll(Jedis jedis, String value) {
        try {
            for (int i = 0; i < KEYS; i++) {
                jedis.set("key:" + i, value + i);
            }
            return true;
        } catch (JedisDataException notYet) {
            return false;
        }
    }

    private static double sum(TestCluster cluster, String metric, int... nodes) {
        double sum = 0;
        for (int node : nodes) {
            try {
                sum += MetricsPage.parse(cluster.httpBody(node, "/metrics")).sum(metric);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return sum;
    }
}
