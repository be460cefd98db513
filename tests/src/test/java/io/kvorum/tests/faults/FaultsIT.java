package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.durability.MachinePauses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One node after the other in every kind of trouble, under load from clients that check what they are told. */
class FaultsIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("kvorum.faults.seconds", LONG ? 1_800 : 6));
    /**
     * In the short run nobody gives up soon, so that a machine that has little time is not taken for a second node in
     * trouble.
     */
    private static final Duration DEADLINE = Duration.ofSeconds(LONG ? 1 : 2);

    private static final int MISSES = LONG ? 2 : 4;
    private static final Duration FAULT_MIN = Duration.ofMillis(300);
    private static final Duration FAULT_MAX = LONG ? Duration.ofSeconds(5) : Duration.ofMillis(2_500);

    private static final Map<String, String> SETTINGS = Map.of(
            "checkpoint.interval",
            "2s",
            "replication.read-timeout",
            DEADLINE.toSeconds() + "s",
            "replication.write-timeout",
            DEADLINE.toSeconds() + "s",
            "detector.misses",
            String.valueOf(MISSES));

    @Test
    void three_nodes_keep_every_promise_while_one_at_a_time_is_in_trouble() throws IOException {
        torment(3, TIME);
    }

    @Test
    void five_nodes_keep_every_promise_while_one_at_a_time_is_in_trouble() throws IOException {
        torment(5, LONG ? TIME : TIME.dividedBy(2));
    }

    private static void torment(int nodes, Duration time) throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        int[] all = IntStream.range(0, nodes).toArray();
        try (FaultyCluster cluster = FaultyCluster.start(nodes, SEED, SETTINGS, FaultsIT::syncOf);
                MachinePauses pauses = new MachinePauses();
                CheckedLoad load = new CheckedLoad(cluster, all, 4, 600, SEED + 1).begin()) {
            List<Episode> episodes = new Nemesis(cluster, SEED + 2, FAULT_MIN, FAULT_MAX).run(time);
            load.end();
            load.verify();
            Verdict verdict = new Verdict(episodes, nodes <= 3, DEADLINE, pauses);
            System.out.println(
                    "[faults] " + load.count() + " requests, " + episodes.size() + " faults; values that came back: "
                            + load.returned() + "; failures: " + verdict.summary(load.incidents()));
            if (!verdict.complaints(load.incidents()).isEmpty()) {
                printOpinions(cluster);
            }
            assertThat(load.violations()).as("seed %d", SEED).isEmpty();
            assertThat(verdict.complaints(load.incidents())).as("seed %d", SEED).isEmpty();
            for (int node = 0; node < nodes; node++) {
                assertThat(cluster.processes().logText(node))
                        .as("log of n%d", node)
                        .doesNotContain("internal error")
                        .doesNotContain("because of a bug")
                        .doesNotContain("LEAK:");
            }
            assertThat(load.count()).isGreaterThan(1_000);
        }
    }

    /** The first node alone answers when a write is on disk: the promises are the same. */
    private static Map<String, String> syncOf(int node) {
        return Map.of("sync", node == 0 ? "always" : "every-second");
    }

    /** When which node thought what of which, to see how a complaint came about. */
    private static void printOpinions(FaultyCluster cluster) {
        for (int node = 0; node < cluster.size(); node++) {
            String name = "n" + node;
            cluster.processes()
                    .logText(node)
                    .lines()
                    .filter(line -> line.matches(".* is (up|down|suspect.*)"))
                    .forEach(line -> System.out.println(name + ": " + line));
        }
    }
}
