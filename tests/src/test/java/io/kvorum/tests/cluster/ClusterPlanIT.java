package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** Operators of a real cluster plan, look and commit. */
@Timeout(120)
final class ClusterPlanIT {
    private static final int FOUNDER = 0;
    private static final int LATER = 1;
    private static final Duration SOON = Duration.ofSeconds(20);

    private static ClusterCtl ctl(TestCluster cluster, int node, String... words) {
        return ClusterCtl.run(cluster, node, words);
    }

    private static String plan(ClusterCtl shown) {
        String plan = shown.planOrNull();
        assertThat(plan).as(shown.out() + shown.err()).isNotNull();
        return plan;
    }

    @Test
    void of_two_operators_who_plan_on_one_history_the_second_is_refused_with_what_the_first_has_done()
            throws IOException {
        try (TestCluster cluster = TestCluster.prepare(2, Map.of("cluster.partitions", "64"))) {
            cluster.startNode(FOUNDER, Map.of("cluster.initial-members", "n0@127.0.0.1:" + cluster.port(FOUNDER)));
            cluster.awaitReady(FOUNDER);
            String seed = "127.0.0.1:" + cluster.port(FOUNDER);
            cluster.startNode(LATER, Map.of("cluster.initial-members", "", "cluster.seeds", seed));
            cluster.awaitReady(LATER);
            // Both know the same: what n1 tells of itself once it listens is with n0, too.
            cluster.await(
                    "both to have one history",
                    SOON,
                    () -> ctl(cluster, FOUNDER, "history")
                            .out()
                            .equals(ctl(cluster, LATER, "history").out()));

            ClusterCtl shown = ctl(cluster, FOUNDER, "join", "n1");
            assertThat(shown.out()).contains(": n1 joins\n").containsPattern("n1 +0 +64 +64");
            assertThat(ctl(cluster, FOUNDER, "moves").out()).isEqualTo("nothing is left to do\n");
            String second = plan(ctl(cluster, LATER, "join"));
            String third = plan(ctl(cluster, FOUNDER, "rebalance"));
            assertThat(ctl(cluster, LATER, "remove", "n0").err()).contains("n0 is up");

            ClusterCtl committed = ctl(cluster, FOUNDER, "commit", plan(shown));
            assertThat(committed.out()).as(committed.err()).isEqualTo("committed: 64 moves begin\n");
            ClusterCtl refused = ctl(cluster, FOUNDER, "commit", third);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("STALEPLAN", "the history has changed since plan " + third, "plan again");
            cluster.await(
                    "n1 to hear of the commit",
                    SOON,
                    () -> ctl(cluster, LATER, "history").out().contains("n0 committed a plan: 2 nodes, 64 tokens"));
            assertThat(ctl(cluster, LATER, "commit", second).err()).contains("STALEPLAN", "plan again");
            assertThat(ctl(cluster, LATER, "commit", third).err()).contains("there is no plan " + third + " here");
            try (Jedis client = cluster.connect(LATER)) {
                assertThat(Members.statusOf(client, "n1")).isEqualTo("up");
            }
        }
    }
}
