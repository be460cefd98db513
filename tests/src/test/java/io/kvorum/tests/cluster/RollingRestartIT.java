package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.VersionRange;
import io.kvorum.tests.durability.MachinePauses;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The nodes of a cluster are replaced by those of the next release, one by one, and clients notice nothing. */
@Timeout(240)
final class RollingRestartIT {
    private static final int NODES = 3;
    private static final Duration WITHIN = Duration.ofSeconds(30);

    /** A machine that stands still for so long can make nodes doubt each other, or end their patience. */
    private static final long STANDSTILL_NANOS = Duration.ofMillis(500).toNanos();

    @Test
    void every_node_is_drained_stopped_and_upgraded_while_no_request_fails_and_no_answer_is_old() throws IOException {
        long seed = 11;
        int next = VersionRange.SPOKEN.newest() + 1;
        try (TestCluster cluster = TestCluster.start(
                NODES, Map.of("cluster.partitions", "64", "sync", "every-second", "drain-timeout", "20s"))) {
            cluster.withMain(OtherReleaseNode.class)
                    .withJvmFlags(OtherReleaseNode.jvmFlags(VersionRange.SPOKEN.newest(), next));
            try (MachinePauses pauses = new MachinePauses();
                    SessionLoad load = new SessionLoad(cluster, NODES, new SplittableRandom(seed)).begin()) {
                awaitProgress(cluster, load);
                for (int node = 0; node < NODES; node++) {
                    ClusterCtl drained = ClusterCtl.runNode(cluster, node, "drain", "--wait");
                    assertThat(drained.out()).contains("drained");
                    assertThat(cluster.stop(node)).as("exit code of n%d", node).isZero();
                    awaitProgress(cluster, load);
                    cluster.startNode(node);
                    ClusterCtl trusted = ClusterCtl.run(cluster, (node + 1) % NODES, "wait", "--for", "30");
                    assertThat(trusted.out()).as(trusted.err()).isEqualTo("all 3 members count on each other\n");
                    awaitProgress(cluster, load);
                }
                load.end();
                assertThat(load.failures())
                        .as(() -> "seed " + seed + cluster.logTexts())
                        .isEmpty();
                for (int node = 0; node < NODES; node++) {
                    load.verify(node);
                    assertThat(cluster.logText(node))
                            .as("how n%d learned that others stop", node)
                            .contains("stops, as it says");
                    if (!pauses.any(STANDSTILL_NANOS)) {
                        assertThat(cluster.logText(node))
                                .as("that n%d never doubts, nor waits in vain", node)
                                .doesNotContain("is suspect", "connections of other members are closed before");
                    }
                }
                assertThat(load.failures())
                        .as(() -> "seed " + seed + cluster.logTexts())
                        .isEmpty();
            }
            refusesWhoSpeaksNoCommonVersion(cluster, next);
        }
    }

    private static void refusesWhoSpeaksNoCommonVersion(TestCluster cluster, int newest) throws IOException {
        assertThat(cluster.stop(0)).isZero();
        cluster.withJvmFlags(OtherReleaseNode.jvmFlags(1, 1)).startNode(0);
        cluster.await(
                "n0 to say why it is refused",
                WITHIN,
                () -> cluster.logText(0)
                        .contains("n0 speaks peer protocol 1 to 1, n1 speaks " + (newest - 1) + " to " + newest
                                + ": upgrade n0, the older one, by way of a release that speaks both"));
        assertThat(cluster.isReady(0)).isFalse();
    }

    /** Every session goes on: none waits for a node that is not there. */
    private static void awaitProgress(TestCluster cluster, SessionLoad load) {
        long before = load.fewestAcknowledged();
        cluster.await(
                "every session to go on: " + load.failures(),
                WITHIN,
                () -> load.fewestAcknowledged() >= before + 20
                        || !load.failures().isEmpty());
    }
}
