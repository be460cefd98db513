package io.kvorum.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final NodeId A = NodeId.of(0, 1);
    private static final NodeId B = NodeId.of(0, 2);
    private static final NodeId C = NodeId.of(0, 3);
    private static final NodeId D = NodeId.of(0, 4);

    @Test
    void s4_3_owners_are_the_first_distinct_nodes_clockwise_and_the_rest_are_fallbacks() {
        Ring ring = ring(8, 3, "", "", "", "")
                .plan(null, tokens(A, A, B, C, D, B, A, C))
                .build();
        assertThat(ring.preferenceList(0).owners()).containsExactly(A, B, C);
        assertThat(ring.preferenceList(0).fallbacks()).containsExactly(D);
        assertThat(ring.preferenceList(7).owners()).containsExactly(C, A, B);
        assertThat(ring.preferenceList(4).owners()).containsExactly(D, B, A);
        assertThat(ring.preferenceList(4).settled()).containsExactly(D, B, A);
        assertThat(ring.moves()).isEmpty();
    }

    @Test
    void distinct_zones_come_first_and_nodes_passed_over_fill_what_is_left() {
        Ring two = ring(4, 3, "x", "x", "y", "y").plan(null, tokens(A, B, C, D)).build();
        assertThat(two.preferenceList(0).owners()).containsExactly(A, C, B);
        assertThat(two.preferenceList(0).fallbacks()).containsExactly(D);
        Ring three =
                ring(4, 3, "x", "x", "y", "z").plan(null, tokens(A, B, C, D)).build();
        assertThat(three.preferenceList(0).owners()).containsExactly(A, C, D);
        assertThat(three.preferenceList(0).fallbacks()).containsExactly(B);
    }

    @Test
    void owner_that_is_replaced_stays_until_the_new_one_settles_and_the_pair_is_shown() {
        Ring ring = ring(4, 3, "", "", "", "")
                .plan(null, tokens(D, B, C, D))
                .settled(List.of(List.of(A, B, C), List.of(A, B, C), List.of(A, B, C), List.of(B, D, C)), List.of())
                .build();
        PreferenceList list = ring.preferenceList(0);
        assertThat(list.owners()).containsExactly(A, B, C);
        assertThat(list.settled()).containsExactly(A, B, C);
        assertThat(list.moves()).containsExactly(new Move(0, A, D, false));
        assertThat(list.incoming()).containsExactly(D);
        assertThat(list.fallbacks()).isEmpty();
        assertThat(ring.preferenceList(3).owners()).containsExactly(D, B, C);
        assertThat(ring.preferenceList(3).moves()).isEmpty();
    }

    @Test
    void owner_that_takes_nobodys_place_is_listed_but_not_settled() {
        Ring ring = ring(2, 3, "", "")
                .plan(null, tokens(A, B))
                .settled(List.of(List.of(A), List.of(A)), List.of())
                .build();
        assertThat(ring.preferenceList(1).owners()).containsExactly(B, A);
        assertThat(ring.preferenceList(1).settled()).containsExactly(A);
        assertThat(ring.preferenceList(1).moves()).containsExactly(new Move(1, null, B, false));
    }

    @Test
    void owner_without_successor_stays_until_it_consents_and_is_let_go() {
        Ring ring = ring(2, 3, "", "", "")
                .plan(null, tokens(A, B))
                .settled(List.of(List.of(A, B, C), List.of(A, B, C)), List.of(new Move(1, C, null, true)))
                .build();
        assertThat(ring.preferenceList(0).owners()).containsExactly(A, B, C);
        assertThat(ring.preferenceList(0).moves()).containsExactly(new Move(0, C, null, false));
        assertThat(ring.preferenceList(1).moves()).containsExactly(new Move(1, C, null, true));
    }

    @Test
    void tokens_of_a_removed_node_are_passed_over() {
        RingBuilder builder = ring(4, 2, "", "", "").plan(null, tokens(A, B, C, A));
        builder.member(new Member(B, spec(B, ""), MemberState.REMOVED));
        Ring ring = builder.build();
        assertThat(ring.preferenceList(1).owners()).containsExactly(C, A);
        assertThat(ring.isGone(B)).isTrue();
        assertThat(ring.members()).extracting(Member::id).containsExactly(A, C);
    }

    @Test
    void slots_of_all_partitions_are_contiguous_and_cover_16384() {
        for (int partitions = 1; partitions <= Ring.PARTITIONS_MAX; partitions *= 2) {
            Ring ring = new RingBuilder(new UUID(0, 0), "c", partitions, Partitioner.SLOTS, 3).build();
            int next = 0;
            for (int partition = 0; partition < partitions; partition++) {
                SlotRange range = ring.slotRange(partition);
                assertThat(range.first()).isEqualTo(next);
                assertThat(ring.partitionOfSlot(range.first())).isEqualTo(partition);
                assertThat(ring.partitionOfSlot(range.last())).isEqualTo(partition);
                assertThat(ring.partitionOf((long) range.last() << 50 | 12345)).isEqualTo(partition);
                assertThat(ring.partitionOf(ring.tokenOf(partition))).isEqualTo(partition);
                next = range.last() + 1;
            }
            assertThat(next).isEqualTo(16384);
        }
    }

    @Test
    void walk_agrees_with_a_naive_one() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int nodes = 1 + random.nextInt(12);
            String[] zones = new String[nodes];
            for (int i = 0; i < nodes; i++) {
                zones[i] = "z" + random.nextInt(4);
            }
            int n = 1 + random.nextInt(5);
            List<NodeId> tokens = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                tokens.add(NodeId.of(0, 1 + random.nextInt(nodes)));
            }
            Ring ring = ring(64, n, zones).plan(null, new Assignment(tokens)).build();
            for (int partition = 0; partition < 64; partition++) {
                assertThat(ring.preferenceList(partition).owners())
                        .as("seed %d partition %d", seed, partition)
                        .isEqualTo(naiveOwners(tokens, zones, partition, n));
            }
        }
    }

    private static List<NodeId> naiveOwners(List<NodeId> tokens, String[] zones, int partition, int n) {
        Set<NodeId> owners = new LinkedHashSet<>();
        Set<String> taken = new LinkedHashSet<>();
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < tokens.size() && owners.size() < n; i++) {
                NodeId node = tokens.get((partition + i) % tokens.size());
                String zone = zones[(int) node.uuid().getLeastSignificantBits() - 1];
                if (pass == 1 || taken.add(zone)) {
                    owners.add(node);
                }
            }
        }
        return List.copyOf(owners);
    }

    private static Assignment tokens(NodeId... tokens) {
        return new Assignment(List.of(tokens));
    }

    private static RingBuilder ring(int partitions, int n, String... zones) {
        RingBuilder builder = new RingBuilder(new UUID(0, 9), "test", partitions, Partitioner.SLOTS, n);
        for (int i = 0; i < zones.length; i++) {
            NodeId id = NodeId.of(0, 1 + i);
            builder.member(new Member(id, spec(id, zones[i]), MemberState.SERVING));
        }
        return builder;
    }

    private static MemberSpec spec(NodeId id, String zone) {
        return new MemberSpec(
                "n" + id.uuid().getLeastSignificantBits(), zone, "localhost", 7379, 6379, 11211, 8379, 100);
    }
}
