package io.kvorum.server.membership.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.claim.Claim;
import io.kvorum.ring.claim.Plan;
import io.kvorum.ring.history.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each change that can be planned, and each reason why one is not. */
final class PlannerTest {
    private final TestCluster cluster = new TestCluster(3, "a", "b", "c");

    private static PlannedChange planned(Planning planning) {
        assertThat(planning).isInstanceOf(PlannedChange.class);
        return (PlannedChange) planning;
    }

    private static String refused(Planning planning) {
        assertThat(planning).isInstanceOf(Planning.Refused.class);
        return ((Planning.Refused) planning).sentence();
    }

    @Test
    void joining_gives_each_member_without_tokens_its_share_and_changes_nothing_before_it_is_committed() {
        NodeId four = cluster.join("n4", "d", 100);
        NodeId five = cluster.join("n5", "e", 100);
        long hash = cluster.history.hash();
        PlannedChange all = planned(cluster.plan(ChangeKind.JOIN));
        assertThat(all.sentence()).isEqualTo("n4 and n5 join");
        assertThat(all.base().hash()).isEqualTo(hash);
        assertThat(all.makers()).hasSize(1);
        assertThat(all.pulls()).containsOnlyKeys(four, five);
        assertThat(all.plan().ownedBefore().values()).containsOnly(64);
        assertThat(all.plan().ownedAfter()).hasSize(5);
        assertThat(all.plan().moves())
                .hasSize(all.plan().ownedAfter().getOrDefault(four, 0)
                        + all.plan().ownedAfter().getOrDefault(five, 0));
        assertThat(all.warnings()).isEmpty();
        PlannedChange one = planned(cluster.plan(ChangeKind.JOIN, "n4"));
        assertThat(one.pulls()).containsOnlyKeys(four);
        assertThat(one.id()).isNotEqualTo(all.id()).matches("[0-9a-f]{8}");
        assertThat(cluster.history.hash()).isEqualTo(hash);
        cluster.commit(one);
        assertThat(cluster.ring().moves()).isEqualTo(one.plan().moves());
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
    }

    @Test
    void the_same_request_on_the_same_history_is_the_same_plan_and_on_another_history_another() {
        cluster.join("n4", "d", 100);
        String id = planned(cluster.plan(ChangeKind.JOIN, "n4")).id();
        assertThat(planned(cluster.plan(ChangeKind.JOIN)).id()).isEqualTo(id);
        cluster.add(new Event.Configured(cluster.next("n1"), "a", "b"));
        assertThat(planned(cluster.plan(ChangeKind.JOIN)).id()).isNotEqualTo(id);
    }

    @Test
    void joining_is_refused_without_anybody_who_waits_with_tokens_and_without_weight() {
        assertThat(refused(cluster.plan(ChangeKind.JOIN)))
                .contains("no member waits for tokens", "start a new node with cluster.seeds");
        assertThat(refused(cluster.plan(ChangeKind.JOIN, "n2"))).contains("n2 has tokens already");
        cluster.join("n4", "d", 0);
        assertThat(refused(cluster.plan(ChangeKind.JOIN, "n4"))).contains("n4 has weight 0", "node.weight");
        assertThat(refused(cluster.plan(ChangeKind.JOIN))).contains("no member waits for tokens");
    }

    @Test
    void leaving_gives_all_away_and_says_where_too_few_nodes_remain() {
        cluster.join("n4", "d", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        cluster.settle();
        PlannedChange leave = planned(cluster.plan(ChangeKind.LEAVE, "n2"));
        assertThat(leave.sentence()).isEqualTo("n2 leaves");
        assertThat(leave.plan().moves()).extracting(Move::from).containsOnly(cluster.id("n2"));
        assertThat(leave.plan().ownedAfter()).doesNotContainKey(cluster.id("n2"));
        assertThat(leave.warnings()).isEmpty();
        PlannedChange two = planned(cluster.plan(ChangeKind.LEAVE, "n2", "n1"));
        assertThat(two.warnings()).containsExactly("with 2 nodes a key has 2 copies instead of N=3");
        cluster.commit(leave);
        assertThat(cluster.state("n2")).isEqualTo(MemberState.LEAVING);
        assertThat(cluster.tokens().counts()).doesNotContainKey(cluster.id("n2"));
        assertThat(refused(cluster.plan(ChangeKind.LEAVE, "n2"))).contains("leaving already", "KV.CLUSTER MOVES");
    }

    @Test
    void leaving_member_stays_if_it_joins_again() {
        cluster.join("n4", "d", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        cluster.settle();
        cluster.commit(planned(cluster.plan(ChangeKind.LEAVE, "n2")));
        PlannedChange stay = planned(cluster.plan(ChangeKind.JOIN, "n2"));
        assertThat(stay.warnings()).anyMatch(warning -> warning.contains("moves are still on their way"));
        cluster.commit(stay);
        assertThat(cluster.state("n2")).isEqualTo(MemberState.SERVING);
    }

    @Test
    void leaving_member_whose_plan_was_void_leaves_by_another() {
        cluster.join("n4", "d", 100);
        PlannedChange join = planned(cluster.plan(ChangeKind.JOIN));
        PlannedChange leave = planned(cluster.plan(ChangeKind.LEAVE, "n2"));
        cluster.commit(join);
        cluster.commit(leave);
        assertThat(cluster.tokens()).isEqualTo(join.plan().tokens());
        PlannedChange again = planned(cluster.plan(ChangeKind.LEAVE, "n2"));
        assertThat(again.makers()).hasSize(1);
        cluster.commit(again);
        assertThat(cluster.tokens().counts()).doesNotContainKey(cluster.id("n2"));
    }

    @Test
    void nobody_leaves_or_is_removed_if_nobody_with_data_would_be_left() {
        assertThat(refused(cluster.plan(ChangeKind.LEAVE, "n1", "n2", "n3"))).contains("nobody would be left");
        TestCluster alone = new TestCluster(3, "a");
        alone.join("n2", "a", 100);
        assertThat(refused(alone.plan(ChangeKind.LEAVE, "n1"))).contains("nobody would be left", "join first");
        assertThat(planned(alone.plan(ChangeKind.LEAVE, "n2")).makers()).hasSize(1);
    }

    @Test
    void removing_fences_a_silent_node_and_lets_the_others_copy() {
        cluster.join("n4", "d", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        cluster.settle();
        NodeId two = cluster.id("n2");
        assertThat(refused(cluster.plan(ChangeKind.REMOVE, "n2"))).contains("n2 is up", "leave", "FORCE");
        assertThat(planned(cluster.force(ChangeKind.REMOVE, "n2")).sentence()).isEqualTo("n2 is removed for ever");
        cluster.down.add(two);
        PlannedChange remove = planned(cluster.plan(ChangeKind.REMOVE, "n2"));
        assertThat(remove.plan().ownedBefore()).containsKey(two);
        assertThat(remove.plan().ownedAfter()).doesNotContainKey(two);
        assertThat(remove.plan().moves()).extracting(Move::from).doesNotContain(two);
        cluster.commit(remove);
        assertThat(cluster.ring().isGone(two)).isTrue();
        assertThat(cluster.tokens().counts()).doesNotContainKey(two);
        assertThat(refused(cluster.plan(ChangeKind.REMOVE, "n2"))).contains("out of the cluster for ever");
    }

    @Test
    void removing_the_node_that_is_asked_is_refused_even_by_force() {
        assertThat(refused(cluster.plan(ChangeKind.REMOVE, "n1"))).contains("cannot fence itself", "ask another node");
        assertThat(refused(cluster.force(ChangeKind.REMOVE, "n1"))).contains("cannot fence itself");
    }

    @Test
    void removing_all_owners_of_something_is_refused_unless_it_is_forced_and_warned_of() {
        TestCluster five = new TestCluster(2, "", "", "", "", "");
        five.down.addAll(List.of(five.id("n2"), five.id("n3")));
        assertThat(refused(five.plan(ChangeKind.REMOVE, "n2", "n3")))
                .containsPattern("\\d+ partitions have no other settled owner than n2 and n3")
                .contains("would be lost");
        assertThat(planned(five.force(ChangeKind.REMOVE, "n2", "n3")).warnings())
                .anyMatch(warning -> warning.contains("what is in them alone is lost"))
                .anyMatch(warning -> warning.contains("one owner alone is left"));
    }

    @Test
    void replacing_gives_the_tokens_of_a_silent_node_to_a_new_one_without_a_plan_of_its_own() {
        NodeId four = cluster.join("n4", "b", 100);
        NodeId two = cluster.id("n2");
        assertThat(refused(cluster.plan(ChangeKind.REPLACE, "n2", "n4"))).contains("n2 is up", "join n4", "FORCE");
        cluster.down.add(two);
        PlannedChange replace = planned(cluster.plan(ChangeKind.REPLACE, "n2", "n4"));
        assertThat(replace.sentence()).isEqualTo("n4 takes the place of n2, which is removed for ever");
        assertThat(replace.makers()).hasSize(1);
        assertThat(replace.pulls()).containsOnlyKeys(four);
        assertThat(replace.plan().tokens()).isEqualTo(cluster.tokens().replacing(two, four));
        assertThat(replace.warnings()).isEmpty();
        cluster.commit(replace);
        assertThat(cluster.ring().moves()).isEqualTo(replace.plan().moves());
        assertThat(cluster.ring().isGone(two)).isTrue();
    }

    @Test
    void replacing_takes_a_newcomer_with_weight_for_a_node_with_tokens() {
        cluster.down.add(cluster.id("n2"));
        assertThat(refused(cluster.plan(ChangeKind.REPLACE, "n2", "n3")))
                .contains("n3 cannot take the place", "serving");
        cluster.join("n4", "d", 0);
        assertThat(refused(cluster.plan(ChangeKind.REPLACE, "n2", "n4"))).contains("n4 has weight 0");
        cluster.down.add(cluster.join("n5", "d", 50));
        assertThat(refused(cluster.plan(ChangeKind.REPLACE, "n5", "n4"))).contains("n5 has no tokens", "remove n5");
        assertThat(refused(cluster.plan(ChangeKind.REPLACE, "n1", "n5"))).contains("cannot fence itself");
        assertThat(planned(cluster.plan(ChangeKind.REPLACE, "n2", "n5")).warnings())
                .anyMatch(warning -> warning.contains("n5 has weight 50 and gets the tokens of weight 100"))
                .anyMatch(warning -> warning.contains("n5 does not answer now"));
    }

    @Test
    void rebalancing_spreads_tokens_over_all_and_says_if_there_is_nothing_to_do() {
        assertThat(refused(cluster.plan(ChangeKind.REBALANCE))).contains("nothing to rebalance");
        NodeId four = cluster.join("n4", "d", 100);
        PlannedChange rebalance = planned(cluster.plan(ChangeKind.REBALANCE));
        assertThat(rebalance.sentence()).isEqualTo("tokens are spread anew over n1, n2, n3 and n4");
        assertThat(rebalance.plan().ownedAfter()).containsKey(four);
        cluster.commit(rebalance);
        cluster.settle();
        assertThat(refused(cluster.plan(ChangeKind.REBALANCE))).contains("nothing to rebalance");
    }

    @Test
    void weight_that_was_told_anew_counts_when_tokens_are_rebalanced() {
        cluster.join("n4", "d", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        cluster.settle();
        cluster.add(new Event.Joined(cluster.next("n1"), cluster.id("n4"), TestCluster.spec("n4", "d", 10)));
        PlannedChange rebalance = planned(cluster.plan(ChangeKind.REBALANCE));
        assertThat(rebalance.plan().ownedAfter().get(cluster.id("n4")))
                .isLessThan(rebalance.plan().ownedBefore().get(cluster.id("n4")));
    }

    @Test
    void zones_that_clash_are_counted_and_warned_of() {
        cluster.join("n4", "a", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        cluster.settle();
        PlannedChange leave = planned(cluster.plan(ChangeKind.LEAVE, "n2"));
        assertThat(leave.plan().crowdedAfter()).isEqualTo(TestCluster.PARTITIONS);
        assertThat(leave.warnings())
                .containsExactly("64 partitions would have two owners in one zone when all is done; now 0 have");
    }

    @Test
    void plan_beside_moves_that_are_on_their_way_says_how_many_they_are() {
        cluster.join("n4", "d", 100);
        cluster.commit(planned(cluster.plan(ChangeKind.JOIN)));
        int moves = cluster.ring().moves().size();
        cluster.join("n5", "e", 100);
        assertThat(planned(cluster.plan(ChangeKind.JOIN)).warnings())
                .containsExactly("of the plan in force " + moves
                        + " moves are still on their way; this plan goes on from where they stand");
    }

    @Test
    void members_are_named_by_name_by_id_or_by_what_an_id_begins_with() {
        NodeId four = cluster.join("n4", "d", 100);
        String id = four.toString();
        String plan = planned(cluster.plan(ChangeKind.JOIN, "n4")).id();
        assertThat(planned(cluster.plan(ChangeKind.JOIN, id)).id()).isEqualTo(plan);
        assertThat(planned(cluster.plan(ChangeKind.JOIN, id.toUpperCase(Locale.ROOT)))
                        .id())
                .isEqualTo(plan);
        assertThat(planned(cluster.plan(ChangeKind.JOIN, id.substring(0, 4))).id())
                .isEqualTo(plan);
        assertThat(refused(cluster.plan(ChangeKind.JOIN, id.substring(0, 3)))).contains("there is no member");
        assertThat(refused(cluster.plan(ChangeKind.JOIN, "n9"))).contains("there is no member \"n9\"", "n1, n2, n3");
        assertThat(refused(cluster.plan(ChangeKind.JOIN, "n4", id))).isEqualTo("n4 is named twice");
    }

    @Test
    void of_two_members_with_one_name_the_id_is_asked_for() {
        NodeId four = cluster.join("n4", "d", 100);
        NodeId twin = NodeId.of(77, 4);
        cluster.add(new Event.Joined(cluster.next("n1"), twin, TestCluster.spec("n4", "d", 100)));
        assertThat(refused(cluster.plan(ChangeKind.JOIN, "n4")))
                .contains("fits 2 members", "by its id", four.toString(), twin.toString());
        assertThat(planned(cluster.plan(ChangeKind.JOIN, twin.toString())).pulls())
                .containsOnlyKeys(twin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LEAVE", "REMOVE", "REPLACE n2", "REPLACE n1 n2 n3", "REBALANCE n1"})
    void wrong_numbers_of_names_are_refused_with_the_right_form(String words) {
        String[] parts = words.split(" ", 2);
        String[] names = parts.length == 1 ? new String[0] : parts[1].split(" ", -1);
        assertThat(refused(cluster.plan(ChangeKind.valueOf(parts[0]), names)))
                .contains("wrong number of names", "asked for by " + parts[0]);
    }

    @Test
    void planned_tokens_are_those_that_the_claim_gives_and_the_plan_shown_is_what_a_commit_makes() {
        long seed = 4711;
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 60; run++) {
            int size = 1 + random.nextInt(6);
            String[] zones = new String[size];
            for (int i = 0; i < size; i++) {
                zones[i] = "z" + random.nextInt(3);
            }
            TestCluster changing = new TestCluster(1 + random.nextInt(3), zones);
            for (int step = 0; step < 4; step++) {
                changing.join("n" + (size + step + 1), "z" + random.nextInt(3), 1 + random.nextInt(200));
                Ring before = changing.ring();
                List<Member> holders = new ArrayList<>(before.members());
                holders.removeIf(member -> !changing.tokens().counts().containsKey(member.id()));
                String last = holders.get(random.nextInt(holders.size())).name();
                int kind = random.nextInt(3);
                Planning planning = kind == 0
                        ? changing.plan(ChangeKind.JOIN)
                        : kind == 1 ? changing.plan(ChangeKind.LEAVE, last) : changing.plan(ChangeKind.REBALANCE);
                if (planning instanceof PlannedChange change) {
                    List<Member> claimants = new ArrayList<>(kind == 1 ? holders : Plan.claimants(before));
                    if (kind == 1) {
                        claimants.removeIf(member -> member.state() == MemberState.LEAVING
                                || member.name().equals(last));
                    }
                    var expected = kind == 2
                            ? Claim.rebalance(before.partitions(), before.n(), claimants, changing.tokens())
                            : Claim.claim(before.partitions(), before.n(), claimants, changing.tokens());
                    assertThat(change.plan().tokens())
                            .as("seed %s, run %s", seed, run)
                            .isEqualTo(expected);
                    changing.commit(change);
                    assertThat(changing.ring().moves())
                            .as("seed %s, run %s", seed, run)
                            .isEqualTo(change.plan().moves());
                    if (random.nextBoolean()) {
                        changing.settle();
                    }
                }
            }
        }
    }
}
