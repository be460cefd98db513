package io.kvorum.tests.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.cluster.SimNode;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What membership costs and how fast it is does not depend on the size of the cluster, or hardly. Up to 30 nodes in every build,
 * 100 with {@code -Pendurance}; {@code -Dkvorum.sim.seed} is the first seed.
 */
final class LargeClusterIT {
    private static final int[] SIZES =
            Boolean.getBoolean("kvorum.endurance") ? new int[] {10, 30, 100} : new int[] {10, 30};
    private static final long SEED = Long.getLong("kvorum.sim.seed", 1);
    private static final long ROUND_NANOS = VirtualTime.SECOND;
    private static final int REST_ROUNDS = 4;
    private static final long LOOK_NANOS = 50 * VirtualTime.MILLI;
    private static final double LOSS = 0.1;

    /**
     * Each round eight questions for a sign of life with their answers, of a header alone; a summary; the state of the copies.
     */
    private static final long REST_BYTES_MAX = 600;

    @Test
    void metadata_at_rest_takes_as_many_bytes_of_each_node_in_a_large_cluster_as_in_a_small_one() {
        for (int nodes : SIZES) {
            World world = new World(nodes, SEED);
            world.settle();
            world.run(REST_ROUNDS * ROUND_NANOS);
            world.meter.reset();
            world.run(REST_ROUNDS * ROUND_NANOS);
            Map<MessageType, Long> bytes = world.meter.bytes();
            long metadata = LongStream.of(
                            bytes.getOrDefault(MessageType.PROBE, 0L),
                            bytes.getOrDefault(MessageType.PROBE_ANSWER, 0L),
                            bytes.getOrDefault(MessageType.GOSSIP, 0L),
                            bytes.getOrDefault(MessageType.COPY_STATE, 0L),
                            bytes.getOrDefault(MessageType.EVENTS, 0L))
                    .sum();
            assertThat(metadata / REST_ROUNDS / nodes)
                    .as("bytes of each of %d nodes in a round, seed %d, all: %s", nodes, SEED, bytes)
                    .isBetween(REST_BYTES_MAX / 2, REST_BYTES_MAX);
        }
    }

    @Test
    void news_of_a_joining_are_everywhere_within_twelve_rounds_though_messages_are_lost() {
        int nodes = SIZES[SIZES.length - 1];
        World world = new World(nodes, SEED + 1);
        world.settle();
        SimCluster cluster = world.cluster;
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                cluster.network().disturb(from, to, LOSS, 0);
            }
        }
        SimNode joined = cluster.join(cluster.node(nodes - 1), cluster.node(0));
        int rounds = world.roundsUntil(cluster::haveOneHistory);
        System.out.println(nodes + " nodes knew of another after " + rounds + " rounds");
        assertThat(rounds).as("seed %d", SEED + 1).isLessThanOrEqualTo(12);
        cluster.network().mend();
        assertThat(world.roundsUntil(cluster::isWhole)).isLessThanOrEqualTo(12);
        SimLife life = Objects.requireNonNull(joined.life());
        assertThat(life.membership().status().members()).hasSize(nodes + 1);
    }

    @Test
    void a_machine_that_falls_silent_at_rest_is_missed_by_all_within_twelve_rounds() {
        int nodes = SIZES[SIZES.length - 1];
        World world = new World(nodes, SEED + 2);
        world.settle();
        world.run(ROUND_NANOS);
        SimNode silent = world.cluster.node(nodes / 2);
        silent.pause(100 * ROUND_NANOS);
        int rounds = world.roundsUntil(() -> world.cluster.nodes().stream()
                .filter(node -> !node.equals(silent))
                .allMatch(node -> World.misses(node, silent)));
        System.out.println(nodes + " nodes missed one after " + rounds + " rounds");
        assertThat(rounds).as("seed %d", SEED + 2).isLessThanOrEqualTo(12);
    }

    /** A cluster at rest, and its time. */
    private static final class World {
        final WireMeter meter = new WireMeter();
        final SimCluster cluster;
        private final VirtualTime time = new VirtualTime();

        World(int nodes, long seed) {
            cluster = new SimCluster(
                    time,
                    new SimCluster.Shape(nodes, 128, 1, 100, 1e-4, List.of("engine=memory")),
                    new RandomSource(seed),
                    meter,
                    Sabotage.NONE,
                    node -> CoordinatorMetrics.NONE);
        }

        static boolean misses(SimNode node, SimNode silent) {
            SimLife life = Objects.requireNonNull(node.life(), "nobody crashed");
            return life.membership().status().members().stream()
                    .anyMatch(other ->
                            other.member().name().equals(silent.toString()) && other.status() != PeerStatus.UP);
        }

        void settle() {
            assertThat(roundsUntil(() -> cluster.isSettled() && cluster.isWhole()))
                    .isLessThan(30);
        }

        void run(long nanos) {
            long until = time.nowNanos() + nanos;
            while (time.step(until)) {
                // each step is one thing
            }
        }

        /** How many rounds pass until something is so, 60 at most. */
        int roundsUntil(BooleanSupplier what) {
            long begin = time.nowNanos();
            while (!what.getAsBoolean() && time.nowNanos() - begin < 60 * ROUND_NANOS) {
                run(LOOK_NANOS);
            }
            return (int) ((time.nowNanos() - begin + ROUND_NANOS - 1) / ROUND_NANOS);
        }
    }
}
