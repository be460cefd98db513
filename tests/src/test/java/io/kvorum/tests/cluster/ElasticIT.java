package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** A cluster of real processes grows from one node to four and shrinks again, while clients notice nothing. */
@Timeout(400)
final class ElasticIT {
    private static final int FOUNDER = 0;
    private static final int STAYS = 1;
    private static final int DIES = 2;
    private static final int LATE = 3;
    private static final int KEYS = 2_000;
    private static final String OLD = "old";
    private static final Duration SOON = Duration.ofSeconds(90);

    @Test
    void nodes_join_leave_and_die_while_every_request_succeeds_and_every_write_is_found() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(
                4, Map.of("cluster.partitions", "64", "sync", "every-second", "cluster.secret", "s3cret"))) {
            cluster.startNode(FOUNDER, Map.of("cluster.initial-members", "n0@127.0.0.1:" + cluster.port(FOUNDER)));
            cluster.awaitReady(FOUNDER);
            try (Jedis founder = cluster.connect(FOUNDER)) {
                for (int key = 0; key < KEYS; key++) {
                    assertThat(founder.set(OLD + key, "v" + key)).isEqualTo("OK");
                }
            }
            join(cluster, STAYS);
            join(cluster, DIES);
            try (ChangingLoad load = new ChangingLoad(cluster, STAYS).begin()) {
                // 1 → 3: every partition gets two more owners.
                ClusterCtl.commit(cluster, FOUNDER, "join");
                ClusterCtl.awaitMoved(cluster, STAYS, SOON);

                // 3 → 4: who takes partitions over is killed in the midst of it.
                join(cluster, LATE);
                ClusterCtl.commit(cluster, STAYS, "join", "n3");
                cluster.await("n3 to take something over", SOON, () -> settledAt(cluster) > 0);
                load.kill(LATE, SOON);
                cluster.startNode(LATE, seeds(cluster));
                cluster.awaitReady(LATE);
                ClusterCtl.awaitMoved(cluster, STAYS, SOON);

                // Who founded it goes, and its process ends by itself.
                ClusterCtl.commit(cluster, STAYS, "leave", "n0");
                assertThat(cluster.awaitExit(FOUNDER, SOON))
                        .as(cluster.logText(FOUNDER))
                        .isZero();
                assertThat(cluster.logText(FOUNDER)).contains("this node left cluster");
                ClusterCtl.awaitMoved(cluster, STAYS, SOON);

                // One dies for good: its share is rebuilt from those that are left.
                cluster.kill(DIES);
                cluster.await("n2 to be seen as down", SOON, () -> {
                    try (Jedis client = cluster.connect(STAYS)) {
                        return Members.statusOf(client, "n2").startsWith("down");
                    }
                });
                ClusterCtl.commit(cluster, STAYS, "remove", "n2");
                ClusterCtl.awaitMoved(cluster, STAYS, SOON);
                load.end();
                assertThat(load.failures()).isEmpty();
                assertThat(load.acknowledged()).isGreaterThan(1_000);
                for (int node : new int[] {STAYS, LATE}) {
                    load.verify(node);
                    try (Jedis client = cluster.connect(node)) {
                        for (int key = 0; key < KEYS; key++) {
                            assertThat(client.get(OLD + key)).isEqualTo("v" + key);
                        }
                    }
                }
            }
        }
    }

    private static void join(TestCluster cluster, int node) throws IOException {
        cluster.startNode(node, seeds(cluster));
        cluster.awaitReady(node);
    }

    private static Map<String, String> seeds(TestCluster cluster) {
        return Map.of(
                "cluster.initial-members",
                "",
                "cluster.seeds",
                "127.0.0.1:" + cluster.port(FOUNDER) + ",127.0.0.1:" + cluster.port(STAYS));
    }

    /** How many partitions the late node has taken over in its life. */
    private static long settledAt(TestCluster cluster) {
        try {
            Matcher found = Pattern.compile("(?m)^kvorum_transfer_settled_partitions_total (\\d+)")
                    .matcher(cluster.httpBody(LATE, "/metrics"));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        } catch (IOException refused) {
            return 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
