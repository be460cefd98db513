package io.kvorum.server.membership.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.membership.ClusterView;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member that takes its share by itself. */
final class AutoCommitTest {
    private final TestCluster cluster = new TestCluster(3, "a", "b", "c");
    private final TestKeeper keeper = new TestKeeper(cluster);

    private AutoCommit of(String name) {
        return new AutoCommit(cluster.id(name), keeper, keeper);
    }

    private ClusterView view() {
        List<NodeId> members = List.copyOf(cluster.ring().known().keySet());
        boolean[] healthy = new boolean[members.size()];
        return new ClusterView(
                cluster.ring(),
                members,
                healthy,
                members.stream().map(node -> new BitSet()).toList());
    }

    @Test
    void member_without_tokens_plans_its_own_joining_alone_and_commits_it_once() {
        cluster.join("n4", "d", 100);
        cluster.join("n5", "d", 100);
        AutoCommit auto = of("n4");
        auto.viewChanged(view());
        auto.viewChanged(view());
        assertThat(keeper.queue).hasSize(1);
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
        assertThat(cluster.state("n5")).isEqualTo(MemberState.JOINING);
        auto.viewChanged(view());
        assertThat(keeper.queue).isEmpty();
    }

    @Test
    void member_with_tokens_without_weight_or_leaving_does_nothing() {
        cluster.join("n4", "d", 0);
        cluster.join("n5", "d", 100);
        cluster.add(new Event.Leaving(cluster.next("n1"), cluster.id("n5")));
        for (String name : List.of("n1", "n4", "n5")) {
            of(name).viewChanged(view());
        }
        assertThat(keeper.queue).isEmpty();
    }

    @Test
    void history_that_changes_between_plan_and_commit_is_planned_on_anew() {
        cluster.join("n4", "d", 100);
        of("n4").viewChanged(view());
        keeper.queue.remove().run();
        assertThat(keeper.queue).as("the commit is on its way").hasSize(1);
        cluster.add(new Event.Configured(cluster.next("n1"), "a", "b"));
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
    }

    @Test
    void plan_that_loses_against_another_is_made_again_on_the_winner() {
        History base = cluster.history;
        NodeId four = cluster.join("n4", "d", 100);
        History joined = cluster.history;
        AutoCommit auto = of("n4");
        auto.viewChanged(view());
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
        // A plan with a lower id, which this node had not heard of, gives n4 nothing.
        EventId lower = new EventId(base.nextId(0, four).stamp(), NodeId.of(0, 1));
        var tokens = new TestCluster(3, "a", "b", "c").tokens();
        cluster.add(new Event.PlanCommitted(lower, cluster.plan0(), joined.hash(), tokens));
        assertThat(cluster.state("n4")).isEqualTo(MemberState.JOINING);
        auto.viewChanged(view());
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
    }

    @Test
    void disk_that_fails_and_a_busy_node_are_tried_again_later() {
        cluster.join("n4", "d", 100);
        AutoCommit auto = of("n4");
        keeper.breakDisk("no space left");
        auto.viewChanged(view());
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.JOINING);
        keeper.broken = null;
        keeper.busy = true;
        keeper.later.remove().run();
        keeper.busy = false;
        keeper.later.remove().run();
        keeper.runAll();
        assertThat(cluster.state("n4")).isEqualTo(MemberState.SERVING);
        assertThat(keeper.later).isEmpty();
    }

    @Test
    void fenced_node_commits_nothing() {
        cluster.join("n4", "d", 100);
        AutoCommit auto = of("n4");
        auto.fenced("removed");
        auto.viewChanged(view());
        assertThat(keeper.queue).isEmpty();
    }
}
