package io.kvorum.server.membership.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans that are remembered, and what becomes of them. */
final class ClusterChangesTest {
    private final TestKeeper keeper = TestKeeper.ofThreeAndOneThatWaits();
    private final ClusterChanges changes = keeper.changes();

    /** Keeps what it is told. */
    private static final class Answer<T> implements ClusterChanges.Asker<T> {
        final List<T> answers = new ArrayList<>();
        final List<String> errors = new ArrayList<>();

        @Override
        public void answered(T answer) {
            answers.add(answer);
        }

        @Override
        public void failed(String error) {
            errors.add(error);
        }

        T only() {
            assertThat(errors).isEmpty();
            assertThat(answers).hasSize(1);
            return answers.get(0);
        }

        String error() {
            assertThat(answers).isEmpty();
            assertThat(errors).hasSize(1);
            return errors.get(0);
        }
    }

    private Answer<PlannedChange> plan(ChangeKind kind, String... names) {
        Answer<PlannedChange> answer = new Answer<>();
        changes.plan(new ChangeRequest(kind, List.of(names), false), answer);
        return answer;
    }

    private Answer<Integer> commit(String id) {
        Answer<Integer> answer = new Answer<>();
        changes.commit(id, answer);
        return answer;
    }

    @Test
    void plan_changes_nothing_and_its_commit_begins_the_moves_it_showed() {
        long hash = keeper.cluster.history.hash();
        PlannedChange plan = plan(ChangeKind.JOIN).only();
        assertThat(keeper.cluster.history.hash()).isEqualTo(hash);
        assertThat(commit(plan.id()).only()).isEqualTo(plan.plan().moves().size());
        assertThat(keeper.ring().moves()).isEqualTo(plan.plan().moves());
    }

    @Test
    void of_two_plans_on_one_base_the_second_is_refused_with_what_the_first_has_done() {
        String first = plan(ChangeKind.JOIN).only().id();
        String second = plan(ChangeKind.LEAVE, "n2").only().id();
        commit(first).only();
        long hash = keeper.cluster.history.hash();
        assertThat(commit(second).error())
                .startsWith("STALEPLAN nothing was committed: the history has changed since plan " + second)
                .contains("n1 committed a plan: 4 nodes, 64 tokens, 16 change hands")
                .endsWith("; plan again");
        assertThat(commit(first).error()).startsWith("STALEPLAN");
        assertThat(keeper.cluster.history.hash()).isEqualTo(hash);
    }

    @Test
    void plan_made_before_the_history_was_compacted_can_be_committed_after_it() {
        PlannedChange plan = plan(ChangeKind.JOIN).only();
        keeper.cluster.compact(2);
        assertThat(commit(plan.id()).only()).isEqualTo(plan.plan().moves().size());
        keeper.configure("a", "b");
        String late = plan(ChangeKind.LEAVE, "n2").only().id();
        keeper.cluster.compact(0);
        keeper.configure("c", "d");
        assertThat(commit(late).error()).contains("was made (base", "): c is \"d\" for the whole cluster; plan again");
    }

    @Test
    void many_changes_since_a_plan_are_told_by_the_newest_and_the_number_of_the_rest() {
        String plan = plan(ChangeKind.JOIN).only().id();
        for (int i = 0; i < 7; i++) {
            keeper.configure("name" + i, "x");
        }
        assertThat(commit(plan).error())
                .contains("name6 is \"x\"", "name2 is \"x\"", "; and before that 2 more; plan again")
                .doesNotContain("name1");
    }

    @Test
    void unknown_plan_is_refused_with_where_plans_are_kept() {
        assertThat(commit("00000000").error()).contains("no plan 00000000 here", "kept by the node that made them");
    }

    @Test
    void newest_plans_alone_are_remembered() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i <= ClusterChanges.PLANS_MAX; i++) {
            keeper.configure("name", "" + i);
            ids.add(plan(ChangeKind.JOIN).only().id());
        }
        assertThat(commit(ids.get(0)).error()).contains("there is no plan");
        assertThat(commit(ids.get(1)).error()).startsWith("STALEPLAN");
        assertThat(commit(ids.get(ClusterChanges.PLANS_MAX)).only()).isPositive();
    }

    @Test
    void disk_that_takes_nothing_is_told_to_who_commits_and_the_plan_can_be_committed_later() {
        String plan = plan(ChangeKind.JOIN).only().id();
        keeper.breakDisk("no space left");
        assertThat(commit(plan).error()).isEqualTo("ERR nothing was committed: no space left");
        keeper.broken = null;
        assertThat(commit(plan).only()).isPositive();
    }

    @Test
    void refusal_of_the_planner_is_an_error_and_leaves_no_plan() {
        assertThat(plan(ChangeKind.JOIN, "n2").error()).startsWith("ERR n2 has tokens already");
    }

    @Test
    void busy_node_says_so_at_once() {
        keeper.busy = true;
        assertThat(plan(ChangeKind.JOIN).error()).startsWith("TRYAGAIN");
        assertThat(commit("00000000").error()).startsWith("TRYAGAIN");
        Answer<List<StoryLine>> history = new Answer<>();
        changes.history(10, history);
        assertThat(history.error()).startsWith("TRYAGAIN");
    }

    @Test
    void history_is_told_from_its_end() {
        keeper.configure("color", "blue");
        Answer<List<StoryLine>> history = new Answer<>();
        changes.history(2, history);
        assertThat(history.only())
                .extracting(StoryLine::sentence)
                .containsExactly("n4 joined from 10.0.0.4:6379", "color is \"blue\" for the whole cluster");
        assertThat(history.only()).extracting(StoryLine::by).containsExactly("n1", "n2");
        Answer<List<StoryLine>> all = new Answer<>();
        changes.history(1_000, all);
        assertThat(all.only()).hasSize(keeper.cluster.history.size());
    }
}
