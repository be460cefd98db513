package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * {@code kill -9} at random moments while partitions change hands, again and again: of who joins or leaves, of an owner that
 * gives partitions up or stays, and of who committed the plan. Every transfer ends, and nothing acknowledged is lost.
 */
@EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
@Timeout(1800)
final class KilledTransfersIT {
    private static final int KILLS = Integer.getInteger("kvorum.kills", 50);
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int COMMITS = 0;
    private static final int GIVES = 1;
    private static final int STAYS_UP = 2;
    private static final int COMES_AND_GOES = 3;
    private static final int[] ALWAYS_MEMBERS = {COMMITS, GIVES, STAYS_UP};
    private static final int[] VICTIMS = {COMES_AND_GOES, GIVES, COMMITS};
    private static final Duration SOON = Duration.ofSeconds(90);

    private final SplittableRandom random = new SplittableRandom(SEED);
    private int lives;

    @Test
    void a_node_killed_in_the_midst_of_a_transfer_keeps_it_from_nothing_and_loses_nothing() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (TestCluster cluster = TestCluster.prepare(4, Map.of("cluster.partitions", "64", "sync", "every-second"))) {
            String members = "n0@127.0.0.1:" + cluster.port(COMMITS) + ",n1@127.0.0.1:" + cluster.port(GIVES)
                    + ",n2@127.0.0.1:" + cluster.port(STAYS_UP);
            for (int node : ALWAYS_MEMBERS) {
                cluster.startNode(node, Map.of("cluster.initial-members", members));
            }
            for (int node : ALWAYS_MEMBERS) {
                cluster.awaitReady(node);
            }
            try (DoubtfulLoad load = new DoubtfulLoad(cluster, ALWAYS_MEMBERS, random.split()).begin()) {
                boolean joins = true;
                for (int kill = 0; kill < KILLS; kill++) {
                    int victim = VICTIMS[random.nextInt(VICTIMS.length)];
                    change(cluster, joins, victim, members);
                    assertThat(load.failures())
                            .as("seed %d, kill %d of n%d", SEED, kill, victim)
                            .isEmpty();
                    joins = !joins;
                }
                load.end();
                assertThat(load.failures()).isEmpty();
                for (int node : ALWAYS_MEMBERS) {
                    load.verify(node);
                }
                System.out.println(KILLS + " kills; acknowledged: " + load.acknowledged() + ", refused: "
                        + load.refused() + ", in doubt: " + load.inDoubt());
                assertThat(load.acknowledged()).isGreaterThan(1_000);
            }
        }
    }

    private void change(TestCluster cluster, boolean joins, int victim, String members) throws IOException {
        if (joins) {
            lives++;
            startGuest(cluster);
            cluster.awaitReady(COMES_AND_GOES);
        }
        ClusterCtl.commit(cluster, COMMITS, joins ? "join" : "leave", guest());
        LockSupport.parkNanos(random.nextLong(1_500_000_000L));
        cluster.kill(victim);
        // What others hear meanwhile is more than what they could in a moment.
        LockSupport.parkNanos(random.nextLong(500_000_000L));
        if (victim == COMES_AND_GOES) {
            startGuest(cluster);
        } else {
            cluster.startNode(victim, Map.of("cluster.initial-members", members));
            cluster.awaitReady(victim);
        }
        if (joins) {
            cluster.awaitReady(COMES_AND_GOES);
        } else {
            // It may have left before it was killed; then it is told so, and ends with another code.
            cluster.await(
                    "the guest to go",
                    SOON,
                    () -> !cluster.process(COMES_AND_GOES).isAlive());
        }
        ClusterCtl.awaitMoved(cluster, STAYS_UP, SOON);
    }

    private void startGuest(TestCluster cluster) throws IOException {
        String seeds = "127.0.0.1:" + cluster.port(STAYS_UP) + ",127.0.0.1:" + cluster.port(GIVES);
        cluster.startNode(
                COMES_AND_GOES,
                Map.of(
                        "node.name",
                        guest(),
                        "data-dir",
                        cluster.directory().resolve(guest()).toString(),
                        "cluster.initial-members",
                        "",
                        "cluster.seeds",
                        seeds));
    }

    private String guest() {
        return "guest" + lives;
    }
}
