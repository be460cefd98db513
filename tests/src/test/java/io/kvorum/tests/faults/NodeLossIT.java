package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import io.kvorum.tests.durability.MachinePauses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** One of three nodes dies under load: the clients of the others hardly notice. */
class NodeLossIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int PER_SECOND = LONG ? 2_000 : 500;
    private static final int SESSIONS_A_NODE = 12;
    private static final int FAULTY = 2;
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final long BEFORE_NANOS = Duration.ofSeconds(LONG ? 20 : 4).toNanos();
    private static final long NORMAL_NANOS = Duration.ofSeconds(LONG ? 10 : 2).toNanos();
    private static final long AFTER_NANOS = Duration.ofSeconds(LONG ? 20 : 4).toNanos();
    private static final long RECOVERED_NANOS = Duration.ofSeconds(2).toNanos();

    /** For as long connections of the dead node may still look alive; in the short run the machine may have little time. */
    private static final long UNNOTICED_NANOS =
            Duration.ofMillis(LONG ? 200 : 1_000).toNanos();

    @Test
    void node_that_is_killed_costs_clients_of_the_others_no_error_and_no_deadline() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (FaultyCluster cluster = FaultyCluster.start(3, SEED, TestCluster.AS_SHIPPED);
                MachinePauses pauses = new MachinePauses();
                CheckedLoad load =
                        new CheckedLoad(cluster, new int[] {0, 1}, SESSIONS_A_NODE, PER_SECOND, SEED + 1).begin()) {
            LockSupport.parkNanos(BEFORE_NANOS);
            long beginNanos = System.nanoTime();
            cluster.processes().kill(FAULTY);
            long killedNanos = System.nanoTime();
            LockSupport.parkNanos(AFTER_NANOS);
            load.end();
            long endNanos = System.nanoTime();
            List<Incident> incidents = load.incidents();
            double normal = load.millis(0.999, beginNanos - NORMAL_NANOS, beginNanos);
            double recovered = load.millis(0.999, killedNanos + RECOVERED_NANOS, endNanos);
            System.out.printf(
                    "[node loss] %d requests, p99.9 %.1f ms before, %.1f ms two seconds after; failed or late: %s%n",
                    load.count(), normal, recovered, incidents);
            assertThat(load.violations()).as("seed %d", SEED).isEmpty();
            Verdict verdict = new Verdict(
                    List.of(new Episode(Fault.KILL, FAULTY, beginNanos, killedNanos, endNanos)),
                    true,
                    DEADLINE,
                    pauses);
            assertThat(verdict.complaints(incidents)).as("seed %d", SEED).isEmpty();
            assertThat(incidents)
                    .filteredOn(incident -> !incident.problem().isEmpty() && (LONG || !verdict.isExcused(incident)))
                    .allMatch(incident -> incident.sentNanos() - killedNanos < UNNOTICED_NANOS);
            if (LONG) {
                assertThat(recovered).isLessThanOrEqualTo(3 * normal);
            }
        }
    }
}
