package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
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
