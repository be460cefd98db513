package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import redis.clients.jedis.Jedis;

/**
 * How soon a node in trouble is noticed under load, and how soon it is trusted again. What is promised is the deadline of a
 * request and two seconds. In the long run alone: it takes time, and the short run of {@link FaultsIT} shows what clients see.
 */
@EnabledIfSystemProperty(named = "kvorum.endurance", matches = "true")
class FailureDetectionIT {
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final long MILLI = 1_000_000;

    /** What a busy machine adds. */
    private static final long SLACK_MILLIS = 500;

    private static final long NOTICED_MILLIS = 1_000 + SLACK_MILLIS;
    private static final long TRUSTED_MILLIS = 2_000 + SLACK_MILLIS;
    private static final long FAULT_MILLIS = 2_500;
    private static final int OBSERVER = 0;
    private static final int FAULTY = 2;
    private static final int RESETS = 20;
    private static final long RESET_GAP_MILLIS = 250;

    private static FaultyCluster cluster;
    private static CheckedLoad load;

    @BeforeAll
    static void start() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        cluster = FaultyCluster.start(3, SEED, TestCluster.AS_SHIPPED, node -> Map.of("engine", "memory"));
        load = new CheckedLoad(cluster, new int[] {0, 1}, 4, 200, SEED + 1).begin();
    }

    @AfterAll
    static void stop() throws IOException {
        load.end();
        cluster.close();
        assertThat(load.violations()).as("seed %d", SEED).isEmpty();
    }

    @Test
    void frozen_process() {
        noticedAndTrustedAgain("frozen", () -> cluster.freeze(FAULTY), () -> cluster.thaw(FAULTY));
    }

    @Test
    void connections_that_lead_nowhere_in_both_directions() {
        ruled("half-open", Rule.SWALLOW, Rule.SWALLOW);
    }

    @Test
    void connections_that_lead_nowhere_in_one_direction() {
        ruled("half-open, outgoing", Rule.SWALLOW, Rule.PASS);
        ruled("half-open, incoming", Rule.PASS, Rule.SWALLOW);
    }

    @Test
    void cut_in_one_direction() {
        ruled("mute", Rule.HOLD, Rule.PASS);
        ruled("deaf", Rule.PASS, Rule.HOLD);
    }

    @Test
    void network_slower_than_the_deadline() {
        ruled("slow", Rule.delay(600, 700), Rule.delay(600, 700));
    }

    @Test
    void connections_that_are_refused() {
        ruled("refused", Rule.REFUSE, Rule.REFUSE);
    }

    @Test
    void node_whose_connections_break_all_the_time_is_not_trusted_each_time() {
        long before = timesTrusted();
        assertThat(before).as("since the start").isPositive();
        for (int i = 0; i < RESETS; i++) {
            cluster.network().resetAround(FAULTY);
            LockSupport.parkNanos(RESET_GAP_MILLIS * MILLI);
        }
        long trusted = timesTrusted() - before;
        System.out.printf("[detection] %d resets, trusted again %d times%n", RESETS, trusted);
        assertThat(trusted).isLessThanOrEqualTo(RESETS / 2);
        cluster.awaitWell();
    }

    private static long timesTrusted() {
        return cluster.processes()
                .logText(OBSERVER)
                .lines()
                .filter(line -> line.contains("n" + FAULTY) && line.endsWith(" is up"))
                .count();
    }

    private static void ruled(String what, Rule outgoing, Rule incoming) {
        noticedAndTrustedAgain(
                what, () -> cluster.network().ruleAround(FAULTY, outgoing, incoming), cluster.network()::heal);
    }

    private static void noticedAndTrustedAgain(String what, Runnable begin, Runnable end) {
        cluster.awaitWell();
        try (Jedis observer = cluster.processes().connect(OBSERVER)) {
            long beginNanos = System.nanoTime();
            begin.run();
            long noticedMillis = millisUntil(what + " to be noticed", observer, false);
            LockSupport.parkNanos(FAULT_MILLIS * MILLI - (System.nanoTime() - beginNanos));
            end.run();
            long trustedMillis = millisUntil(what + " to be over", observer, true);
            System.out.printf(
                    "[detection] %s: noticed after %d ms, trusted %d ms after its end%n",
                    what, noticedMillis, trustedMillis);
            assertThat(noticedMillis).as(what + " noticed").isLessThanOrEqualTo(NOTICED_MILLIS);
            assertThat(trustedMillis).as(what + " over").isLessThanOrEqualTo(TRUSTED_MILLIS);
        }
    }

    private static long millisUntil(String what, Jedis observer, boolean trusted) {
        long beginNanos = System.nanoTime();
        cluster.processes()
                .await(what, Duration.ofSeconds(20), () -> FaultyCluster.trusts(observer, FAULTY) == trusted);
        return (System.nanoTime() - beginNanos) / MILLI;
    }
}
