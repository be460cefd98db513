package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import io.kvorum.tests.durability.MachinePauses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** The disk of one of three nodes, which acknowledges what is on disk alone, becomes so slow that it misses deadlines. */
class SlowDiskIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final long MILLI = 1_000_000;
    private static final int[] NODES = {0, 1, 2};
    private static final int OBSERVERS = 2;
    private static final int FAULTY = 2;
    private static final int SESSIONS_A_NODE = 4;
    private static final int PER_SECOND = 300;
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** What a busy machine adds. */
    private static final long SLACK_MILLIS = 500;

    /** How soon is promised of a machine that has time: in the short run it is enough that it happens. */
    private static final long NOTICED_MILLIS = LONG ? DEADLINE.toMillis() + SLACK_MILLIS : 10_000;

    private static final long TRUSTED_MILLIS = LONG ? 2_000 + SLACK_MILLIS : 20_000;

    /** All requests that were under way have ended by then, and none can make anybody doubt the node any more. */
    private static final long CALM_MILLIS = DEADLINE.toMillis() + SLACK_MILLIS / 2;

    private static final long BEFORE_NANOS = (LONG ? 10_000 : 300) * MILLI;
    private static final long SLOW_NANOS = (LONG ? 30_000 : 1_500) * MILLI;

    /** A force that takes nearly as long as a request may, and one that never ends; the short run takes one of them. */
    static long[] forceMillis() {
        long[] all = {700, 60_000};
        return LONG ? all : new long[] {all[(int) (SEED & 1)]};
    }

    @ParameterizedTest(name = "a force takes {0} ms")
    @MethodSource("forceMillis")
    void slow_disk_of_one_node_costs_clients_no_error_and_no_deadline(long forceMillis) throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (FaultyCluster cluster = FaultyCluster.start(
                        3,
                        SEED,
                        TestCluster.AS_SHIPPED,
                        node -> Map.of("sync", node == FAULTY ? "always" : "every-second"));
                MachinePauses pauses = new MachinePauses();
                CheckedLoad load = new CheckedLoad(cluster, NODES, SESSIONS_A_NODE, PER_SECOND, SEED + 1).begin()) {
            LockSupport.parkNanos(BEFORE_NANOS);
            long beginNanos = System.nanoTime();
            cluster.slowDisk(FAULTY, forceMillis);
            long noticedMillis = untilNoticed(cluster, beginNanos);
            LockSupport.parkNanos(beginNanos + SLOW_NANOS - System.nanoTime());
            cluster.healDisk(FAULTY);
            long endNanos = System.nanoTime();
            long trustedMillis = lastDoubt(cluster, endNanos);
            load.end();
            List<Incident> incidents = load.incidents();
            System.out.printf(
                    "[slow disk] forces of %d ms: noticed after %d ms, last doubted %d ms after the end; %d requests,"
                            + " failed or late: %s%n",
                    forceMillis, noticedMillis, trustedMillis, load.count(), incidents);
            load.verify();
            assertThat(load.violations()).as("seed %d", SEED).isEmpty();
            Verdict verdict = new Verdict(
                    List.of(new Episode(Fault.SLOW_DISK, FAULTY, beginNanos, endNanos, System.nanoTime())),
                    true,
                    DEADLINE,
                    pauses);
            assertThat(verdict.complaints(incidents)).as("seed %d", SEED).isEmpty();
            assertThat(noticedMillis).as("noticed").isLessThanOrEqualTo(NOTICED_MILLIS);
            assertThat(trustedMillis).as("trusted").isLessThanOrEqualTo(TRUSTED_MILLIS);
            cluster.processes().await("copies to be alike", Duration.ofSeconds(30), () -> areAlike(cluster, load));
        }
    }

    private static long untilNoticed(FaultyCluster cluster, long beginNanos) {
        try (Jedis observer = cluster.processes().connect(0)) {
            cluster.processes()
                    .await(
                            "the slow disk to be noticed",
                            Duration.ofSeconds(10),
                            () -> !FaultyCluster.trusts(observer, FAULTY));
        }
        return (System.nanoTime() - beginNanos) / MILLI;
    }

    /** After how many milliseconds it was last not trusted, once it is for good. */
    private static long lastDoubt(FaultyCluster cluster, long sinceNanos) {
        long last = 0;
        List<Jedis> observers = new ArrayList<>();
        try {
            for (int node = 0; node < OBSERVERS; node++) {
                observers.add(cluster.processes().connect(node));
            }
            long now = 0;
            while (now - last <= CALM_MILLIS && now <= TRUSTED_MILLIS + CALM_MILLIS) {
                LockSupport.parkNanos(20 * MILLI);
                now = (System.nanoTime() - sinceNanos) / MILLI;
                if (!observers.stream().allMatch(observer -> FaultyCluster.trusts(observer, FAULTY))) {
                    last = now;
                }
            }
        } finally {
            observers.forEach(Jedis::close);
        }
        return last;
    }

    private static boolean areAlike(FaultyCluster cluster, CheckedLoad load) {
        String[] keys = load.keys().toArray(String[]::new);
        List<List<String>> copies = new ArrayList<>();
        for (int node : NODES) {
            try (Jedis alone = cluster.processes().connect(node)) {
                alone.sendCommand(FaultyCluster.command("KV.QUORUM"), "R", "1");
                copies.add(alone.mget(keys));
            }
        }
        return copies.stream().allMatch(copies.get(0)::equals);
    }
}
