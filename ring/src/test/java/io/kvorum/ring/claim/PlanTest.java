package io.kvorum.ring.claim;

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
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PlanTest {
    @Test
    void fourth_node_pulls_its_share_of_all_copies_and_nobody_else_pulls_anything() {
        Ring ring = ring("", "", "");
        List<Member> members = new ArrayList<>(ring.members());
        members.add(member(4, ""));
        Plan plan = Plan.of(ring, members, false);
        assertThat(plan.moves()).extracting(Move::to).containsOnly(NodeId.of(0, 4));
        assertThat(plan.moves()).hasSize(plan.ownedAfter().getOrDefault(NodeId.of(0, 4), 0));
        assertThat(plan.ownedBefore().values()).containsOnly(64);
        assertThat(plan.ownedAfter().values()).containsOnly(48);
        assertThat(plan.crowdedDuring()).isZero();
    }

    @Test
    void node_that_leaves_gives_all_it_has_and_plan_says_where_zones_crowd() {
        Ring ring = ring("x", "y", "z", "z");
        assertThat(Plan.of(ring, ring.members(), false).moves()).isEmpty();
        List<Member> members = new ArrayList<>(ring.members());
        members.removeIf(member -> member.zone().equals("y"));
        Plan plan = Plan.of(ring, members, false);
        assertThat(plan.ownedAfter()).doesNotContainKey(NodeId.of(0, 2));
        assertThat(plan.moves()).extracting(Move::from).contains(NodeId.of(0, 2));
        assertThat(plan.crowdedBefore()).isZero();
        assertThat(plan.crowdedAfter()).isEqualTo(64);
    }

    @Test
    void moves_that_a_former_plan_has_not_made_are_planned_anew_from_where_it_stands() {
        Ring ring = ring("", "", "");
        List<Member> members = new ArrayList<>(ring.members());
        members.add(member(4, ""));
        Ring underWay = Plan.of(ring, members, false).ring();
        Plan back = Plan.of(underWay, ring.members(), false);
        assertThat(back.moves()).isEmpty();
        assertThat(Plan.claimants(underWay)).hasSize(4);
    }

    private static Ring ring(String... zones) {
        RingBuilder builder = new RingBuilder(new UUID(0, 0), "c", 64, Partitioner.SLOTS, 3);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < zones.length; i++) {
            members.add(member(i + 1, zones[i]));
        }
        members.forEach(builder::member);
        Assignment tokens = Claim.claim(64, 3, members, null);
        return builder.plan(null, tokens).build();
    }

    private static Member member(int id, String zone) {
        MemberSpec spec = new MemberSpec("n" + id, zone, "localhost", 7379, 0, 0, 0, 100);
        return new Member(NodeId.of(0, id), spec, MemberState.SERVING);
    }
}
