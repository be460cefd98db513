package io.kvorum.server.command.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.command.Command;
import io.kvorum.server.peer.PeerLinkStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that clients of Redis Cluster read, and what follows from them. */
class ClusterCommandsTest {
    private static final String ID0 = "0123456789abcdef000000000000000001234567";
    private static final String ID1 = "0123456789abcdef000000000000000101234567";
    private static final String ID2 = "0123456789abcdef000000000000000201234567";

    private final AdminBench bench = new AdminBench(3, 4, 2);

    @Test
    void slots_have_redis_bytes_in_resp2() {
        assertThat(bench.raw("CLUSTER", "SLOTS"))
                .isEqualTo("*4|"
                        + "*4|:0|:4095|" + node("*0", 0, ID0) + node("*0", 1, ID1)
                        + "*4|:4096|:8191|" + node("*0", 1, ID1) + node("*0", 2, ID2)
                        + "*4|:8192|:12287|" + node("*0", 2, ID2) + node("*0", 0, ID0)
                        + "*4|:12288|:16383|" + node("*0", 0, ID0) + node("*0", 1, ID1));
    }

    @Test
    void slots_have_redis_bytes_in_resp3_with_a_map_for_what_else_is_known() {
        bench.raw("HELLO", "3");
        assertThat(bench.raw("cluster", "slots"))
                .startsWith("*4|*4|:0|:4095|" + node("%0", 0, ID0) + node("%0", 1, ID1));
    }

    @Test
    void shards_gather_the_ranges_of_those_who_own_them_together() {
        String shards = bench.raw("CLUSTER", "SHARDS");
        assertThat(shards)
                .startsWith("*3|*4|$5|slots|*4|:0|:4095|:12288|:16383|$5|nodes|*2|" + shardNode("*14", 0, ID0, "master")
                        + shardNode("*14", 1, ID1, "replica") + "*4|$5|slots|*2|:4096|:8191|");
        bench.raw("HELLO", "3");
        assertThat(bench.raw("CLUSTER", "SHARDS"))
                .startsWith(
                        "*3|%2|$5|slots|*4|:0|:4095|:12288|:16383|$5|nodes|*2|" + shardNode("%7", 0, ID0, "master"));
    }

    @Test
    void nodes_are_lines_with_every_node_as_master_of_its_share() {
        String lines = ID0 + " 10.0.0.0:6379@7379 myself,master - 0 0 1 connected 0-4095 12288-16383\n"
                + ID1 + " 10.0.0.1:6380@7380 master - 0 0 2 connected 4096-8191\n"
                + ID2 + " 10.0.0.2:6381@7381 master - 0 0 3 connected 8192-12287\n";
        assertThat(bench.raw("CLUSTER", "NODES")).isEqualTo("$" + lines.length() + "|" + lines + "|");
        bench.raw("HELLO", "3");
        assertThat(bench.raw("CLUSTER", "NODES")).isEqualTo("=" + (lines.length() + 4) + "|txt:" + lines + "|");
    }

    @Test
    void neighbouring_partitions_of_the_same_owners_are_one_range() {
        AdminBench one = new AdminBench(1, 256, 3);
        assertThat(one.raw("CLUSTER", "SLOTS")).isEqualTo("*1|*3|:0|:16383|" + node("*0", 0, ID0));
    }

    @Test
    void an_owner_that_does_not_answer_is_no_master_and_its_slots_go_to_the_next() {
        bench.healthy[0] = false;
        List<RespReply> ranges = bench.ask("CLUSTER", "SLOTS").items();
        // n1 now leads 0–4095 and leads 4096–8191 with n2: another set of servers, another range.
        assertThat(ranges.get(0).items()).hasSize(3);
        assertThat(ranges.get(0).item(2).item(2).asString()).isEqualTo(ID1);
        assertThat(ranges).noneMatch(range -> range.toString().contains(ID0));
        assertThat(bench.ask("CLUSTER", "NODES").asString()).contains("myself,master,fail? - 0 0 1 disconnected\n");
        bench.healthy[1] = false;
        bench.healthy[2] = false;
        assertThat(bench.ask("CLUSTER", "SLOTS").items()).hasSize(4);
        assertThat(bench.ask("CLUSTER", "INFO").asString()).startsWith("cluster_state:fail\r\n");
    }

    @Test
    void an_owner_that_may_have_forgotten_is_a_replica() {
        bench.unsettled.get(0).set(0);
        assertThat(bench.ask("CLUSTER", "SLOTS").item(0).item(2).item(1).asLong())
                .isEqualTo(6380);
        assertThat(bench.ask("CLUSTER", "SLOTS").item(0).item(3).item(1).asLong())
                .isEqualTo(6379);
    }

    @Test
    void every_slot_is_in_one_range_whose_nodes_own_it() {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int partitions = 1 << random.nextInt(9);
            AdminBench some = new AdminBench(1 + random.nextInt(7), partitions, 1 + random.nextInt(3));
            for (int i = 0; i < some.healthy.length; i++) {
                some.healthy[i] = random.nextInt(4) > 0;
                some.unsettled.get(i).set(random.nextInt(partitions));
            }
            long next = 0;
            for (RespReply range : some.ask("CLUSTER", "SLOTS").items()) {
                assertThat(range.item(0).asLong()).as("seed %d", seed).isEqualTo(next);
                next = range.item(1).asLong() + 1;
                for (long slot = range.item(0).asLong(); slot < next; slot += 16_384 / partitions) {
                    List<String> owners = new ArrayList<>();
                    some.ring
                            .preferenceList(some.ring.partitionOfSlot((int) slot))
                            .owners()
                            .forEach(owner -> owners.add(RedisNodeId.of(owner)));
                    for (RespReply node : range.items().subList(2, range.items().size())) {
                        assertThat(owners)
                                .as("seed %d", seed)
                                .contains(node.item(2).asString());
                    }
                }
            }
            assertThat(next).as("seed %d", seed).isEqualTo(16_384);
        }
    }

    @Test
    void info_counts_slots_and_nodes() {
        bench.raw("HELLO", "3");
        assertThat(bench.raw("CLUSTER", "INFO"))
                .contains(
                        "|txt:cluster_state:ok|cluster_slots_assigned:16384|cluster_slots_ok:16384|cluster_slots_pfail:0|"
                                + "cluster_slots_fail:0|cluster_known_nodes:3|cluster_size:3|cluster_current_epoch:3|"
                                + "cluster_my_epoch:1|");
    }

    @Test
    void keyslot_and_ids_are_those_of_the_other_replies() {
        assertThat(bench.raw("CLUSTER", "KEYSLOT", "somekey")).isEqualTo(":11058|");
        assertThat(bench.raw("CLUSTER", "KEYSLOT", "{user1000}.following")).isEqualTo(":3443|");
        assertThat(bench.raw("CLUSTER", "MYID")).isEqualTo("$40|" + ID0 + "|");
        assertThat(bench.raw("CLUSTER", "MEET", "h", "1")).startsWith("-ERR cluster MEET is not supported: ");
    }

    @Test
    void slots_that_are_none_and_counts_below_zero_are_refused_as_redis_does() {
        for (String slot : List.of("-1", "16384")) {
            assertThat(bench.raw("CLUSTER", "COUNTKEYSINSLOT", slot)).isEqualTo("-ERR Invalid slot|");
            assertThat(bench.raw("CLUSTER", "GETKEYSINSLOT", slot, "1"))
                    .isEqualTo("-ERR Invalid slot or number of keys|");
        }
        assertThat(bench.raw("CLUSTER", "GETKEYSINSLOT", "0", "-1")).isEqualTo("-ERR Invalid slot or number of keys|");
        assertThat(bench.raw("CLUSTER", "COUNTKEYSINSLOT", "x"))
                .isEqualTo("-ERR value is not an integer or out of range|");
        assertThat(bench.raw("CLUSTER", "GETKEYSINSLOT", "0", "x"))
                .isEqualTo("-ERR value is not an integer or out of range|");
    }

    @Test
    void links_are_a_map_for_each_peer_and_direction() {
        assertThat(bench.raw("CLUSTER", "LINKS")).isEqualTo("*0|");
        bench.links = List.of(
                new PeerLinkStatus(bench.ids.get(1), false, 4, 1_700_000_000_123L, true, 4512),
                new PeerLinkStatus(bench.ids.get(1), true, 2, 1_700_000_000_456L, false, 0));
        assertThat(bench.raw("CLUSTER", "LINKS"))
                .isEqualTo("*2|" + link("*12", "to", "1700000000123", "rw", 4512)
                        + link("*12", "from", "1700000000456", "", 0));
        bench.raw("HELLO", "3");
        assertThat(bench.raw("CLUSTER", "LINKS")).startsWith("*2|" + link("%6", "to", "1700000000123", "rw", 4512));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SLOTS", "SHARDS", "NODES"})
    void who_asks_for_the_topology_knows_the_slots_until_it_resets(String topology) {
        bench.raw("CLUSTER", "INFO");
        assertThat(bench.knowsSlots()).isFalse();
        bench.raw("CLUSTER", topology);
        assertThat(bench.knowsSlots()).isTrue();
        bench.raw("RESET");
        assertThat(bench.knowsSlots()).isFalse();
    }

    @Test
    void help_names_every_subcommand() {
        String help = bench.raw("CLUSTER", "HELP");
        bench.table.rows().stream()
                .map(Command::name)
                .filter(name -> name.startsWith("cluster|"))
                .map(name -> name.substring("cluster|".length()).toUpperCase(Locale.ROOT))
                .forEach(name -> assertThat(help).contains("|+" + name));
    }

    private static String link(String header, String direction, String since, String events, int bytes) {
        return header + "|$9|direction|$" + direction.length() + "|" + direction + "|$4|node|$40|" + ID1
                + "|$11|create-time|:" + since + "|$6|events|$" + events.length() + "|" + events
                + "|$21|send-buffer-allocated|:" + bytes + "|$16|send-buffer-used|:" + bytes + "|";
    }

    private static String node(String noMore, int index, String id) {
        return "*4|$8|10.0.0." + index + "|:" + (6379 + index) + "|$40|" + id + "|" + noMore + "|";
    }

    private static String shardNode(String header, int index, String id, String role) {
        return header + "|$2|id|$40|" + id + "|$4|port|:" + (6379 + index) + "|$2|ip|$8|10.0.0." + index
                + "|$8|endpoint|$8|10.0.0." + index + "|$4|role|$" + role.length() + "|" + role
                + "|$18|replication-offset|:0|$6|health|$6|online|";
    }
}
