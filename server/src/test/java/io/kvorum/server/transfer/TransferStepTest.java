package io.kvorum.server.transfer;

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
import io.kvorum.server.membership.ClusterView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who has to do what, as each node sees it. */
class TransferStepTest {
    private static final NodeId A = NodeId.of(0, 1);
    private static final NodeId B = NodeId.of(0, 2);
    private static final NodeId C = NodeId.of(0, 3);
    private static final NodeId GONE = NodeId.of(0, 9);

    @Test
    void all_that_stay_get_what_the_leaving_one_had_and_one_of_them_tells() {
        Ring shrinking = ring(3, List.of(A, B), List.of(A, B, C), List.of());
        TransferStep first = onlyStep(shrinking, A, B, C);
        TransferStep second = onlyStep(shrinking, B, A, C);
        assertThat(first.move()).isEqualTo(new Move(0, C, null, false)).isEqualTo(second.move());
        assertThat(List.of(first.leads(), second.leads())).containsExactlyInAnyOrder(true, false);
        for (TransferStep step : List.of(first, second)) {
            assertThat(step.sources()).as("the leaving one").containsExactly(2);
            assertThat(step.witnesses()).as("the other that stays").containsExactly(1);
            assertThat(step.fresh()).isFalse();
            assertThat(step.waitsForOthers()).isEqualTo(step.leads());
        }
        assertThat(first.digest()).isEqualTo(second.digest());
        assertThat(steps(shrinking, C, A, B)).isEmpty();
    }

    @Test
    void who_has_consented_itself_is_none_of_those_that_stay() {
        Ring shrinking =
                ring(3, List.of(A), List.of(A, B, C), List.of(new Move(0, B, null, true), new Move(0, C, null, true)));
        assertThat(steps(shrinking, B, A, C)).isEmpty();
        assertThat(steps(shrinking, A, B, C)).hasSize(2).allMatch(TransferStep::leads);
    }

    @Test
    void who_takes_a_place_leads_and_waits_for_nobody_else_to_get_anything() {
        Ring moving = ring(2, List.of(A, C), List.of(A, B), List.of());
        TransferStep step = onlyStep(moving, C, A, B);
        assertThat(step.leads()).isTrue();
        assertThat(step.fresh()).isTrue();
        assertThat(step.waitsForOthers()).isFalse();
        assertThat(steps(moving, A, B, C)).isEmpty();
    }

    @Test
    void who_consented_to_one_that_is_gone_comes_back_with_what_it_has() {
        Ring returning = ring(3, List.of(A, B), List.of(A, B), List.of(new Move(0, B, GONE, true)));
        TransferStep step = onlyStep(returning, B, A, C);
        assertThat(step.move()).isEqualTo(new Move(0, null, B, false));
        assertThat(step.fresh())
                .as("nothing is dropped that nobody else may have")
                .isFalse();
        assertThat(step.isOwnerMissing()).isTrue();
        assertThat(step.sources()).containsExactly(1);
    }

    private static TransferStep onlyStep(Ring ring, NodeId... members) {
        List<TransferStep> steps = steps(ring, members);
        assertThat(steps).hasSize(1);
        return steps.get(0);
    }

    /** The steps of the first partition that the first of the members has to take. */
    private static List<TransferStep> steps(Ring ring, NodeId... members) {
        boolean[] healthy = {true, true, true};
        ClusterView view =
                new ClusterView(ring, List.of(members), healthy, Collections.nCopies(members.length, new BitSet()));
        return TransferStep.here(view, 0);
    }

    private static Ring ring(int n, List<NodeId> wanted, List<NodeId> settled, List<Move> consents) {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "test", 8, Partitioner.SLOTS, n);
        for (NodeId id : List.of(A, B, C)) {
            MemberSpec spec = new MemberSpec("n" + id, "", "127.0.0.1", 1, 1, 0, 0, 100);
            builder.member(new Member(id, spec, MemberState.SERVING));
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < 8; partition++) {
            tokens.add(wanted.get(partition % wanted.size()));
        }
        return builder.plan(new EventId(1, A), new Assignment(tokens))
                .settled(Collections.nCopies(8, settled), consents)
                .build();
    }
}
