package io.kvorum.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** {@code kill -9} at random moments under load, again and again. */
class KilledNodesIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());

    /** Small and frequent, so that kills fall into rotations, checkpoints and collections. */
    private static final Map<String, String> BUSY = Map.of(
            "journal.segment-size", "1mb",
            "journal.max-size", "16mb",
            "checkpoint.interval", "300ms");

    @Test
    void single_node_that_is_killed_again_and_again_loses_nothing_and_always_starts() throws IOException {
        survive(1, LONG ? 200 : 3);
    }

    @Test
    void all_nodes_of_a_cluster_killed_at_once_lose_nothing_and_always_start() throws IOException {
        survive(3, LONG ? 50 : 2);
    }

    private static void survive(int nodes, int kills) throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        try (TestCluster cluster = TestCluster.start(nodes, BUSY)) {
            CrashLoad load = new CrashLoad(cluster, 3, nodes, random.nextLong());
            for (int kill = 1; kill <= kills; kill++) {
                Runnable over = load.begin();
                LockSupport.parkNanos(random.nextLong(200_000_000L, 2_000_000_000L));
                for (int node = 0; node < nodes; node++) {
                    cluster.process(node).destroyForcibly();
                }
                for (int node = 0; node < nodes; node++) {
                    cluster.awaitExit(node);
                }
                over.run();
                for (int node = 0; node < nodes; node++) {
                    cluster.startNode(node);
                }
                cluster.awaitReady();
                load.verify(random.nextInt(nodes), "seed " + SEED + ", kill " + kill);
            }
            System.out.println(kills + " kills of " + nodes + " nodes; acknowledged: " + load.acknowledged());
            assertThat(load.acknowledged()).isGreaterThan(1_000);
        }
    }
}
