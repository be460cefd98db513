package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keyspace as a whole: SCAN, KEYS, DBSIZE, and the flushes. */
final class ScanTest {
    /** The cursor and the keys of a SCAN's reply. */
    private record Page(String cursor, List<String> keys) {}

    private static Page page(String reply) {
        String[] parts = reply.split("\\|");
        assertThat(parts[0]).as(reply).isEqualTo("*2");
        return new Page(parts[2], bulks(parts, 3));
    }

    private static List<String> bulks(String[] parts, int from) {
        List<String> found = new ArrayList<>();
        for (int i = from + 2; i < parts.length; i += 2) {
            found.add(parts[i]);
        }
        assertThat(parts[from]).isEqualTo("*" + found.size());
        return found;
    }

    private static List<String> keys(TestNode node, String pattern) {
        return bulks(node.run("KEYS", pattern).split("\\|"), 0);
    }

    private static List<String> scan(TestNode node, String... options) {
        List<String> all = new ArrayList<>();
        Page page;
        String cursor = "0";
        int calls = 0;
        do {
            String[] request = new String[options.length + 2];
            request[0] = "SCAN";
            request[1] = cursor;
            System.arraycopy(options, 0, request, 2, options.length);
            page = page(node.run(request));
            all.addAll(page.keys);
            cursor = page.cursor;
            assertThat(calls++).as("a scan ends").isLessThan(200_000);
        } while (!cursor.equals("0"));
        return all;
    }

    /** Writes a key to every node that owns it. */
    private static void everywhere(TestCluster cluster, String... command) {
        byte[] key = command[1].getBytes(ISO_8859_1);
        int[] owners = cluster.node(0)
                .view()
                .owners(cluster.ring.partitionOf(cluster.ring.partitioner().high(key, 0, key.length)));
        TestNode first = cluster.node(cluster.nodeOf(0, owners[0]));
        first.run(command);
        for (int owner : owners) {
            cluster.exchange(first, cluster.node(cluster.nodeOf(0, owner)), key);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64, 1024})
    void every_key_that_is_there_throughout_is_returned_exactly_once(int partitions) {
        for (long seed = 0; seed < 6; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TestCluster cluster = new TestCluster(1, partitions, 1);
            TestNode node = cluster.node(0);
            Set<String> steady = new HashSet<>();
            Set<String> passing = new HashSet<>();
            int size = random.nextInt(3000);
            for (int i = 0; i < size; i++) {
                String key = (random.nextInt(4) == 0 ? "{tag}" : "") + "k" + i;
                node.run("SET", key, "v");
                (random.nextInt(3) == 0 ? passing : steady).add(key);
            }
            Map<String, Integer> seen = new HashMap<>();
            Set<String> deleted = new HashSet<>();
            String cursor = "0";
            do {
                Page page = page(node.run("SCAN", cursor, "COUNT", String.valueOf(1 + random.nextInt(60))));
                for (String key : page.keys) {
                    assertThat(deleted)
                            .as("seed %d, deleted before it was scanned", seed)
                            .doesNotContain(key);
                    seen.merge(key, 1, Integer::sum);
                }
                cursor = page.cursor;
                for (int i = random.nextInt(40); i > 0 && !passing.isEmpty(); i--) {
                    String key = passing.iterator().next();
                    passing.remove(key);
                    deleted.add(key);
                    node.run("DEL", key);
                }
                // Growth in the midst of it.
                for (int i = random.nextInt(80); i > 0 && seen.size() < 6000; i--) {
                    node.run("SET", "new" + random.nextInt(100_000), "v");
                }
                assertThat(Long.parseLong(cursor)).isLessThan(1L << 46);
            } while (!cursor.equals("0"));
            assertThat(seen.keySet()).as("seed %d", seed).containsAll(steady);
            for (String key : steady) {
                assertThat(seen.get(key)).as("seed %d, key %s", seed, key).isEqualTo(1);
            }
        }
    }

    @Test
    void the_whole_cluster_is_scanned_and_counted_from_any_node_each_key_once() {
        for (long seed = 0; seed < 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TestCluster cluster = new TestCluster(5, 32, 2);
            Set<String> live = new HashSet<>();
            for (int i = 0; i < 800; i++) {
                String key = "key:" + i;
                everywhere(cluster, "SET", key, "v");
                live.add(key);
                if (random.nextInt(5) == 0) {
                    everywhere(cluster, "DEL", key);
                    live.remove(key);
                } else if (random.nextInt(5) == 0) {
                    everywhere(cluster, "SET", key, "v", "PX", "10");
                    live.remove(key);
                }
            }
            cluster.advance(1000);
            for (TestNode node : cluster.nodes) {
                assertThat(scan(node, "COUNT", "7")).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(live);
                assertThat(keys(node, "*")).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(live);
                assertThat(node.run("DBSIZE")).isEqualTo(":" + live.size() + "|");
            }
        }
    }

    @Test
    void a_cursor_of_one_node_goes_on_at_another() {
        TestCluster cluster = new TestCluster(4, 16, 2);
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            everywhere(cluster, "SET", "k" + i, "v");
            all.add("k" + i);
        }
        List<String> found = new ArrayList<>();
        String cursor = "0";
        int turn = 0;
        do {
            Page page = page(cluster.node(turn++ % 4).run("SCAN", cursor, "COUNT", "9"));
            found.addAll(page.keys);
            cursor = page.cursor;
        } while (!cursor.equals("0"));
        assertThat(found).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void an_owner_that_is_down_or_has_lost_its_copy_is_passed_over() {
        TestCluster cluster = new TestCluster(4, 16, 2);
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            everywhere(cluster, "SET", "k" + i, "v");
            all.add("k" + i);
        }
        TestNode asker = cluster.node(0);
        asker.unreachable.set(2);
        assertThat(scan(asker)).containsExactlyInAnyOrderElementsOf(all);
        assertThat(keys(asker, "k*")).containsExactlyInAnyOrderElementsOf(all);
        assertThat(asker.run("DBSIZE")).isEqualTo(":300|");

        asker.unreachable.clear();
        cluster.node(2).view(cluster.unsettledView(2));
        assertThat(scan(asker)).containsExactlyInAnyOrderElementsOf(all);
        assertThat(keys(asker, "k*")).containsExactlyInAnyOrderElementsOf(all);
        assertThat(asker.run("DBSIZE")).isEqualTo(":300|");
    }

    @Test
    void what_nobody_can_read_is_an_error_and_never_a_smaller_answer() {
        TestCluster cluster = new TestCluster(3, 8, 1);
        TestNode asker = cluster.node(0);
        asker.unreachable.set(1);
        assertThat(asker.run("SCAN", "0")).startsWith("-CLUSTERDOWN ");
        assertThat(asker.run("KEYS", "*")).startsWith("-CLUSTERDOWN ");
        assertThat(asker.run("DBSIZE")).startsWith("-CLUSTERDOWN ");
    }

    @Test
    void peers_that_never_answer_end_in_an_error_in_time() {
        TestCluster cluster = new TestCluster(3, 8, 1);
        TestNode asker = cluster.node(0);
        asker.silent.set(1);
        for (String[] command : new String[][] {{"SCAN", "0"}, {"KEYS", "*"}, {"DBSIZE"}}) {
            long before = cluster.nowMillis;
            assertThat(asker.run(command)).startsWith(command[0].equals("DBSIZE") ? "-TRYAGAIN " : "-CLUSTERDOWN ");
            assertThat(cluster.nowMillis - before).isLessThan(2000);
        }
    }

    @Test
    void options_are_read_as_redis_reads_them() {
        TestNode node = new TestCluster(1, 4, 1).node(0);
        for (int i = 0; i < 30; i++) {
            node.run("SET", "key:" + i, "v");
        }
        assertThat(scan(node, "MATCH", "key:1*")).hasSize(11).allMatch(key -> key.startsWith("key:1"));
        assertThat(scan(node, "match", "key:?", "count", "3", "type", "String")).hasSize(10);
        assertThat(scan(node, "TYPE", "list")).isEmpty();
        assertThat(node.run("SCAN", "x")).isEqualTo("-ERR invalid cursor|");
        assertThat(node.run("SCAN", "")).isEqualTo("-ERR invalid cursor|");
        assertThat(node.run("SCAN", "18446744073709551616")).isEqualTo("-ERR invalid cursor|");
        assertThat(node.run("SCAN", "18446744073709551615")).isEqualTo("*2|$1|0|*0|");
        assertThat(node.run("SCAN", "0", "COUNT", "0")).isEqualTo("-ERR syntax error|");
        assertThat(node.run("SCAN", "0", "COUNT", "x")).isEqualTo("-ERR value is not an integer or out of range|");
        assertThat(node.run("SCAN", "0", "COUNT")).isEqualTo("-ERR syntax error|");
        assertThat(node.run("SCAN", "0", "BAD", "1")).isEqualTo("-ERR syntax error|");
        assertThat(page(node.run("SCAN", "0", "COUNT", "9223372036854775807")).cursor)
                .isEqualTo("0");
    }

    @Test
    void one_call_looks_at_few_records_however_many_are_dead_or_do_not_match() {
        TestNode node = new TestCluster(1, 1, 1).node(0);
        for (int i = 0; i < 5000; i++) {
            node.run("SET", "k" + i, "v");
            node.run("DEL", "k" + i);
        }
        assertThat(page(node.run("SCAN", "0", "COUNT", "100")).cursor).isNotEqualTo("0");
        assertThat(scan(node, "COUNT", "100")).isEmpty();
        assertThat(node.run("DBSIZE")).isEqualTo(":0|");
    }

    @Test
    void keys_serves_others_between_its_steps() {
        TestCluster cluster = new TestCluster(1, 4, 1);
        TestNode node = cluster.node(0);
        for (int i = 0; i < 20_000; i++) {
            node.run("SET", "k" + i, "v");
        }
        node.send("KEYS", "*7");
        assertThat(node.received()).as("after its first step").isEmpty();
        cluster.settle();
        assertThat(bulks(node.received().split("\\|"), 0)).hasSize(2000);
        assertThat(keys(node, "k19999")).containsExactly("k19999");
        assertThat(keys(node, "x*")).isEmpty();
    }

    @Test
    void what_keys_has_found_is_on_its_clients_account_until_the_reply_is_there() {
        TestCluster cluster = new TestCluster(1, 4, 1);
        TestNode node = cluster.node(0);
        for (int i = 0; i < 20_000; i++) {
            node.run("SET", "k" + i, "v");
        }
        node.send("KEYS", "*");
        assertThat(node.received()).as("after its first step").isEmpty();
        assertThat(node.heldBytes()).isGreaterThan(4_000L * LocalKeys.KEY_OVERHEAD_BYTES);
        cluster.settle();
        assertThat(node.received()).startsWith("*20000|");
        assertThat(node.heldBytes()).isZero();
    }

    @Test
    void one_call_answers_with_a_few_megabytes_however_large_the_keys_of_all_partitions_are() {
        TestNode node = new TestCluster(1, 64, 1).node(0);
        String big = "x".repeat(60_000);
        for (int i = 0; i < 300; i++) {
            node.run("SET", big + i, "v");
        }
        assertThat(node.run("SCAN", "0", "COUNT", "10000")).hasSizeLessThan(4 << 20);
        assertThat(scan(node, "COUNT", "10000")).hasSize(300).doesNotHaveDuplicates();
    }

    @Test
    void answers_to_peers_are_bounded_whatever_they_ask_for() {
        TestCluster cluster = new TestCluster(1, 1, 1);
        TestNode node = cluster.node(0);
        String big = "x".repeat(60_000);
        for (int i = 0; i < 600; i++) {
            node.run("SET", big + i, "v");
        }
        KeyspaceService service = new KeyspaceService(node.engine, node::view, node::nowMillis);
        ScanAnswer answer = service.answer(new Scan(0, 0, 65_536));
        assertThat(answer.keys()).hasSizeBetween(20, 400);
        assertThat(answer.nextHash()).isPositive();
        assertThat(service.answer(new Scan(1, 0, 1)).nextHash()).isEqualTo(ScanAnswer.NO_COPY);
        BitSet beyond = new BitSet();
        beyond.set(77);
        assertThat(service.answer(new Count(beyond)).type().name()).isEqualTo("REFUSAL");
    }

    @Test
    void flushes_answer_when_the_membership_says_so() {
        TestCluster cluster = new TestCluster(1, 4, 1);
        TestNode node = cluster.node(0);
        assertThat(node.run("FLUSHALL")).isEqualTo("+OK|");
        assertThat(node.run("FLUSHDB", "async")).isEqualTo("+OK|");
        assertThat(node.run("FLUSHALL", "SYNC")).isEqualTo("+OK|");
        assertThat(node.run("FLUSHALL", "NOW")).isEqualTo("-ERR syntax error|");
        assertThat(node.run("FLUSHALL", "SYNC", "SYNC")).isEqualTo("-ERR syntax error|");

        List<Runnable> waiting = new ArrayList<>();
        node.flush = waiting::add;
        node.send("FLUSHALL");
        cluster.advance(1000);
        assertThat(node.received()).isEmpty();
        waiting.forEach(Runnable::run);
        cluster.advance(20);
        assertThat(node.received()).isEqualTo("+OK|");

        node.flushError = "CLUSTERDOWN no majority";
        node.flush = Runnable::run;
        assertThat(node.run("FLUSHALL")).isEqualTo("-CLUSTERDOWN no majority|");
        node.flush = never -> {};
        assertThat(node.run("FLUSHALL")).startsWith("-INDOUBT ");
    }
}
