package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.ring.claim.Claim;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.ring.history.RingFold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ClusterViewTest {
    private static final NodeId A = NodeId.of(0, 1);
    private static final NodeId B = NodeId.of(0, 2);
    private static final NodeId C = NodeId.of(0, 3);
    private static final NodeId D = NodeId.of(0, 4);
    private static final int PARTITION = 0;

    @Test
    void who_takes_a_partition_over_takes_writes_and_counts_for_nothing_before_it_has_settled() {
        ClusterView view = view(D, List.of());
        assertThat(named(view, view.owners(PARTITION))).containsExactly(A, B, C);
        assertThat(view.incoming(PARTITION)).containsExactly(0);
        assertThat(view.takesHere(PARTITION)).isTrue();
        assertThat(view.answersHere(PARTITION)).isFalse();
        assertThat(view.ownedHere(PARTITION)).isFalse();
        assertThat(view.settledHere(PARTITION)).isFalse();
        assertThat(view.fallbacks(PARTITION)).isEmpty();
    }

    @Test
    void view_made_after_another_says_what_one_made_from_nothing_says_and_shares_what_has_not_changed() {
        Birth birth = new Birth("test", "", List.of(spec("a"), spec("b"), spec("c")), 16, Partitioner.SLOTS, 3);
        History history = History.EMPTY.with(birth.events());
        NodeId d = NodeId.of(9, 9);
        history = history.with(List.of(new Event.Joined(history.nextId(0, d), d, spec("d"))));
        RingFold fold = new RingFold();
        Ring ring = fold.update(history).orElseThrow();
        EventId plan = history.nextId(0, d);
        history = history.with(List.of(
                new Event.PlanCommitted(plan, ring.plan(), 0, Claim.claim(16, 3, ring.members(), ring.assignment()))));
        ring = fold.update(history).orElseThrow();
        List<NodeId> members = new ArrayList<>(ring.known().keySet());
        ClusterView before = view(ring, members, null);
        before.fallbacks(1);
        while (!ring.moves().isEmpty()) {
            Move move = ring.moves().get(0);
            PartitionSet partition = PartitionSet.of(move.partition());
            EventId id = history.nextId(0, d);
            history = history.with(List.of(
                    move.from() == null || move.consented()
                            ? new Event.Settled(id, plan, move.from(), move.to(), partition)
                            : new Event.Moved(id, plan, move.from(), move.to(), partition)));
            ring = fold.update(history).orElseThrow();
            ClusterView after = view(ring, members, before);
            ClusterView expected = view(ring, members, null);
            for (int p = 0; p < 16; p++) {
                assertThat(after.owners(p)).isEqualTo(expected.owners(p));
                assertThat(after.incoming(p)).isEqualTo(expected.incoming(p));
                assertThat(after.fallbacks(p)).isEqualTo(expected.fallbacks(p));
                assertThat(after.firstHealthySettledOwner(p)).isEqualTo(expected.firstHealthySettledOwner(p));
                if (p != move.partition()) {
                    assertThat(after.owners(p)).isSameAs(before.owners(p));
                }
            }
            before = after;
        }
    }

    private static ClusterView view(Ring ring, List<NodeId> members, @Nullable ClusterView before) {
        boolean[] healthy = new boolean[members.size()];
        Arrays.fill(healthy, true);
        List<BitSet> unsettled = members.stream().map(member -> new BitSet()).toList();
        return new ClusterView(ring, members, healthy, unsettled, new BitSet(), before);
    }

    private static MemberSpec spec(String name) {
        return MemberSpec.parse(name + "@localhost:7379");
    }

    @Test
    void commands_go_to_an_owner_that_is_about_to_stop_only_where_nobody_else_can_run_them() {
        ClusterView view = view(A, List.of());
        ClusterView draining = withDraining(view, new boolean[] {true, true, true, true}, 0);
        assertThat(named(draining, draining.owners(PARTITION))).containsExactly(A, B, C);
        assertThat(named(draining, draining.coordinators(PARTITION))).containsExactly(B, C, A);
        assertThat(draining.member(draining.firstHealthySettledOwner(PARTITION)))
                .isEqualTo(B);
        assertThat(draining.settledHere(PARTITION)).as("it still is an owner").isTrue();
        ClusterView others = withDraining(view, new boolean[] {true, false, true, true}, 0, 2);
        assertThat(named(others, others.coordinators(PARTITION))).containsExactly(B, A, C);
        assertThat(others.member(others.firstHealthySettledOwner(PARTITION))).isEqualTo(A);
        assertThat(view.coordinators(PARTITION)).isSameAs(view.owners(PARTITION));
    }

    private static ClusterView withDraining(ClusterView view, boolean[] healthy, int... peers) {
        List<NodeId> members = new ArrayList<>();
        List<BitSet> unsettled = new ArrayList<>();
        for (int peer = 0; peer < view.peers(); peer++) {
            members.add(view.member(peer));
            unsettled.add(new BitSet());
        }
        BitSet draining = new BitSet();
        Arrays.stream(peers).forEach(draining::set);
        return new ClusterView(view.ring(), members, healthy, unsettled, draining, view);
    }

    @Test
    void who_has_consented_neither_takes_nor_answers_nor_coordinates() {
        ClusterView view = view(A, List.of(new Move(PARTITION, A, D, true)));
        assertThat(view.ownedHere(PARTITION)).isTrue();
        assertThat(view.takesHere(PARTITION)).isFalse();
        assertThat(view.answersHere(PARTITION)).isFalse();
        assertThat(view.settledHere(PARTITION)).isFalse();
        assertThat(view.member(view.firstHealthySettledOwner(PARTITION))).isEqualTo(B);
        ClusterView before = view(A, List.of());
        assertThat(before.settledHere(PARTITION)).isTrue();
        assertThat(before.firstHealthySettledOwner(PARTITION)).isZero();
    }

    @Test
    void owner_that_has_consented_is_asked_by_nobody() {
        ClusterView view = view(B, List.of(new Move(PARTITION, A, D, true)));
        int old = 1;
        assertThat(view.member(old)).isEqualTo(A);
        assertThat(view.isAskable(PARTITION, old)).isFalse();
        assertThat(view.isSettled(PARTITION, old)).isFalse();
        assertThat(view.isHealthy(old)).isTrue();
        assertThat(view.bothSettled(PARTITION, old)).isFalse();
        assertThat(view(B, List.of()).isAskable(PARTITION, old)).isTrue();
    }

    /** As a node sees it while D takes A's place; peer number 0 is that node, the others follow in their order. */
    private static ClusterView view(NodeId self, List<Move> consents) {
        RingBuilder builder = new RingBuilder(new UUID(1, 2), "test", 4, Partitioner.SLOTS, 3);
        List<NodeId> members = new ArrayList<>(List.of(self));
        for (NodeId node : List.of(A, B, C, D)) {
            MemberSpec spec = MemberSpec.parse("n" + node.uuid().getLeastSignificantBits() + "@localhost:7379");
            builder.member(new Member(node, spec, MemberState.SERVING));
            if (!node.equals(self)) {
                members.add(node);
            }
        }
        List<NodeId> before = List.of(A, B, C);
        Ring ring = builder.plan(null, new Assignment(List.of(D, B, C, D)))
                .settled(List.of(before, before, before, before), consents)
                .build();
        return new ClusterView(ring, members, new boolean[] {true, true, true, true}, settled(members.size()));
    }

    private static List<BitSet> settled(int count) {
        List<BitSet> none = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            none.add(new BitSet());
        }
        return none;
    }

    private static List<NodeId> named(ClusterView view, int[] peers) {
        List<NodeId> named = new ArrayList<>();
        for (int peer : peers) {
            named.add(view.member(peer));
        }
        return named;
    }
}
