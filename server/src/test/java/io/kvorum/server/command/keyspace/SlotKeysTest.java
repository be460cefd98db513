package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.HashSlot;
import io.kvorum.ring.Partitioner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** CLUSTER COUNTKEYSINSLOT and GETKEYSINSLOT against the keys that were written. */
final class SlotKeysTest {
    /** More than one step looks at. */
    private static final int MANY = 10_000;

    private static long count(TestNode node, int slot) {
        String reply = node.line("CLUSTER COUNTKEYSINSLOT " + slot);
        return Long.parseLong(reply.substring(1, reply.length() - 1));
    }

    private static List<String> keys(TestNode node, int slot, long count) {
        String[] parts =
                node.line("CLUSTER GETKEYSINSLOT " + slot + " " + count).split("\\|", -1);
        List<String> keys = new ArrayList<>();
        for (int i = 2; i < parts.length; i += 2) {
            keys.add(parts[i]);
        }
        assertThat(parts[0]).isEqualTo("*" + keys.size());
        return keys;
    }

    @Test
    void a_slot_has_its_keys_and_not_those_of_its_neighbours_in_the_partition() {
        for (long seed = 0; seed < 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TestNode node = new TestCluster(1, 1 << random.nextInt(5), 1).node(0);
            Map<Integer, Set<String>> expected = new TreeMap<>();
            for (int i = 0; i < 2_000; i++) {
                String key = "{t" + random.nextInt(60) + "}" + i;
                node.run("SET", key, "v");
                expected.computeIfAbsent(slotOf(key), slot -> new HashSet<>()).add(key);
            }
            expected.forEach((slot, all) -> {
                assertThat(count(node, slot)).isEqualTo(all.size());
                assertThat(keys(node, slot, 1_000_000)).containsExactlyInAnyOrderElementsOf(all);
                List<String> some = keys(node, slot, 3);
                assertThat(all).containsAll(some);
                assertThat(new HashSet<>(some)).hasSize(Math.min(3, all.size()));
            });
            int empty = (expected.keySet().iterator().next() + 1) % HashSlot.COUNT;
            assertThat(count(node, empty))
                    .isEqualTo(expected.getOrDefault(empty, Set.of()).size());
        }
    }

    @Test
    void deleted_and_expired_keys_are_not_in_a_slot() {
        TestCluster cluster = new TestCluster(1, 4, 1);
        TestNode node = cluster.node(0);
        for (String key : List.of("{t}stays", "{t}deleted", "{t}expires")) {
            node.run("SET", key, "v");
        }
        node.run("DEL", "{t}deleted");
        node.run("PEXPIRE", "{t}expires", "50");
        assertThat(count(node, slotOf("{t}"))).isEqualTo(2);
        cluster.advance(100);
        assertThat(count(node, slotOf("{t}"))).isEqualTo(1);
        assertThat(keys(node, slotOf("{t}"), 10)).containsExactly("{t}stays");
        assertThat(keys(node, slotOf("{t}"), 0)).isEmpty();
    }

    @Test
    void a_node_without_a_settled_copy_has_nothing_and_asks_nobody() {
        TestCluster cluster = new TestCluster(3, 4, 1);
        int slot = slotOf("key");
        int asked = 0;
        for (TestNode node : cluster.nodes) {
            byte[] key = "key".getBytes(ISO_8859_1);
            node.engine.update(
                    cluster.ring.partitionOfSlot(slot),
                    Partitioner.SLOTS.high(key, 0, key.length),
                    key,
                    0,
                    key.length,
                    (current, scope) -> recordOfKey(cluster));
            boolean owns = node.view().settledHere(cluster.ring.partitionOfSlot(slot));
            assertThat(count(node, slot)).isEqualTo(owns ? 1 : 0);
            assertThat(keys(node, slot, 5)).hasSize(owns ? 1 : 0);
            assertThat(node.sent).isEmpty();
            asked += owns ? 1 : 0;
        }
        assertThat(asked).isEqualTo(1);
    }

    private static byte[] recordOfKey(TestCluster cluster) {
        TestNode other = new TestCluster(1, cluster.ring.partitions(), 1).node(0);
        other.run("SET", "key", "v");
        return other.recordOf("key".getBytes(ISO_8859_1));
    }

    @Test
    void a_large_slot_is_walked_in_steps_between_which_others_are_served() {
        TestCluster cluster = new TestCluster(1, 1, 1);
        TestNode node = cluster.node(0);
        for (int i = 0; i < MANY; i++) {
            node.run("SET", "{t}" + i, "v");
        }
        node.send("CLUSTER", "COUNTKEYSINSLOT", String.valueOf(slotOf("{t}")));
        assertThat(node.received()).as("not in one turn").isEmpty();
        int turns = 0;
        String reply = "";
        while (reply.isEmpty() && turns++ < 100) {
            cluster.advance(5);
            reply = node.received();
        }
        assertThat(reply).isEqualTo(":" + MANY + "|");
        assertThat(turns).isBetween(2, 4);
        assertThat(keys(node, slotOf("{t}"), MANY - 1)).hasSize(MANY - 1).doesNotHaveDuplicates();
    }

    @Test
    void a_copy_that_is_given_up_in_the_midst_of_a_walk_has_nothing() {
        TestCluster cluster = new TestCluster(1, 1, 1);
        TestNode node = cluster.node(0);
        for (int i = 0; i < MANY; i++) {
            node.run("SET", "{t}" + i, "v");
        }
        node.send("CLUSTER", "GETKEYSINSLOT", String.valueOf(slotOf("{t}")), String.valueOf(MANY));
        assertThat(node.received()).isEmpty();
        node.view(cluster.unsettledView(0));
        cluster.settle();
        assertThat(node.received()).isEqualTo("*0|");
    }

    @Test
    void what_a_walk_has_found_is_on_its_clients_account_and_it_ends_with_the_client() {
        TestCluster cluster = new TestCluster(1, 1, 1);
        TestNode node = cluster.node(0);
        for (int i = 0; i < MANY; i++) {
            node.run("SET", "{t}" + i, "v");
        }
        node.send("CLUSTER", "GETKEYSINSLOT", String.valueOf(slotOf("{t}")), String.valueOf(MANY));
        assertThat(node.heldBytes()).isGreaterThan(4_000L * LocalKeys.KEY_OVERHEAD_BYTES);
        cluster.settle();
        assertThat(node.received()).startsWith("*" + MANY + "|");
        assertThat(node.heldBytes()).isZero();

        node.send("CLUSTER", "GETKEYSINSLOT", String.valueOf(slotOf("{t}")), String.valueOf(MANY));
        node.hangUp();
        cluster.advance(5);
        assertThat(node.wheel.isEmpty()).isTrue();
    }

    private static int slotOf(String key) {
        byte[] bytes = key.getBytes(ISO_8859_1);
        return HashSlot.of(bytes, 0, bytes.length);
    }
}
