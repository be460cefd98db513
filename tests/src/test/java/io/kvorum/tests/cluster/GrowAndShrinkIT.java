package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * 3 → 5 → 3 nodes under load, a million keys: nothing fails, nothing is lost, no more moves than must, and clients wait little
 * longer than they do on the same warm processes while the transfers are paused. Latencies mean something on a quiet machine.
 */
@EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
@Timeout(3600)
final class GrowAndShrinkIT {
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int KEYS = Integer.getInteger("kvorum.keys", 1_000_000);
    private static final int RATE = Integer.getInteger("kvorum.rate", 2_000);
    private static final int SECONDS = Integer.getInteger("kvorum.seconds", 60);
    private static final double SLOWER_MAX = 3;
    private static final double MOVED_MAX = 1.1;
    private static final int STAY = 3;
    private static final int ALL = 5;
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration MOVED_WITHIN = Duration.ofMinutes(15);

    @Test
    void clients_of_a_cluster_that_grows_from_three_to_five_and_back_notice_nothing() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (TestCluster cluster = TestCluster.prepare(ALL, Map.of("sync", "every-second"))
                .with(TestCluster.AS_SHIPPED)
                .measured("1g")) {
            String members = "n0@127.0.0.1:" + cluster.port(0) + ",n1@127.0.0.1:" + cluster.port(1) + ",n2@127.0.0.1:"
                    + cluster.port(2);
            for (int node = 0; node < STAY; node++) {
                cluster.startNode(node, Map.of("cluster.initial-members", members));
            }
            for (int node = 0; node < STAY; node++) {
                cluster.awaitReady(node);
            }
            SteadyLoad load = new SteadyLoad(cluster, 0, KEYS, RATE, new SplittableRandom(SEED));
            load.fill();
            for (int node = STAY; node < ALL; node++) {
                cluster.startNode(
                        node, Map.of("cluster.initial-members", "", "cluster.seeds", "127.0.0.1:" + cluster.port(0)));
                cluster.awaitReady(node);
            }
            try (load) {
                load.begin();
                pass(SECONDS);
                // 3 → 5: of three copies of each key, three fifths of two nodes.
                long before = received(cluster, ALL);
                change(cluster, load, ALL, "join");
                assertMoved("3 → 5", received(cluster, ALL) - before);

                before = received(cluster, STAY);
                change(cluster, load, ALL, "leave", "n3", "n4");
                assertMoved("5 → 3", received(cluster, STAY) - before);
                for (int node = STAY; node < ALL; node++) {
                    assertThat(cluster.awaitExit(node)).isZero();
                }
                load.end();
                load.verify(1);
                assertThat(load.failures()).as("seed %d", SEED).isEmpty();
            }
        }
    }

    private static void change(TestCluster cluster, SteadyLoad load, int nodes, String... words) {
        for (int node = 0; node < nodes; node++) {
            background(cluster, node, "--pause");
        }
        ClusterCtl.commit(cluster, 0, words);
        pass(5);
        load.latencies();
        pass(SECONDS);
        Histogram paused = load.latencies();
        for (int node = 0; node < nodes; node++) {
            background(cluster, node, "--resume");
        }
        long begin = System.nanoTime();
        ClusterCtl.awaitMoved(cluster, 0, MOVED_WITHIN, A_SECOND);
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        Histogram moving = load.latencies();
        System.out.printf(
                "%s: paused p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms; moving (%d s) p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms%n",
                String.join(" ", words),
                millis(paused, 50),
                millis(paused, 99),
                millis(paused, 99.9),
                seconds,
                millis(moving, 50),
                millis(moving, 99),
                millis(moving, 99.9));
        assertThat(load.failures()).as("seed %d", SEED).isEmpty();
        assertThat(moving.getValueAtPercentile(99) / (double) paused.getValueAtPercentile(99))
                .as("p99 while partitions move, by that while they wait")
                .isLessThanOrEqualTo(SLOWER_MAX);
    }

    private static void assertMoved(String change, long records) {
        double least = KEYS * 2 * (double) STAY / ALL;
        System.out.printf("%s: %d records moved, %.3f of the least%n", change, records, records / least);
        assertThat(records / least).isLessThanOrEqualTo(MOVED_MAX);
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }

    private static void background(TestCluster cluster, int node, String word) {
        ClusterCtl run = ClusterCtl.background(cluster, node, word, "transfer");
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    /** What the first nodes have received of other nodes' copies. */
    private static long received(TestCluster cluster, int nodes) {
        long sum = 0;
        for (int node = 0; node < nodes; node++) {
            try {
                Matcher found = Pattern.compile("(?m)^kvorum_transfer_received_records_total (\\d+)")
                        .matcher(cluster.httpBody(node, "/metrics"));
                assertThat(found.find()).isTrue();
                sum += Long.parseLong(found.group(1));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return sum;
    }

    private static void pass(int seconds) {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
