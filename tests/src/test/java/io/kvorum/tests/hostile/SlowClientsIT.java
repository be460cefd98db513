package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Half a request, then silence. Who is idle is let be, as with Redis: pools keep connections for hours. What a request
 * that does not end holds is what arrived of it, and all of them together no more than the bound for clients.
 */
class SlowClientsIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int MB = 1 << 20;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        // What the first touch of a page costs is the machine's affair; here the heap fills, and it shall not be
        // measured.
        cluster = TestCluster.prepare(1, Map.of()).withJvmFlags("-Xms256m", "-XX:+AlwaysPreTouch");
        cluster.startNode(0);
        cluster.awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void a_length_that_is_claimed_reserves_nothing() throws IOException, InterruptedException {
        try (Ordeal ordeal = Ordeal.begin("claimed lengths", cluster)) {
            long before = ordeal.meter(0).liveHeapBytes();
            try (Crowd crowd = Crowd.connect(cluster.port(0), 1000)) {
                crowd.pour("*1048576\r\n$3\r\nDEL\r\n$12582912\r\n".getBytes(ISO_8859_1), 1);
                long perClient = (ordeal.meter(0).liveHeapBytes() - before) / crowd.size();
                System.out.println("[ordeal] claimed lengths: " + perClient + " bytes of heap for each client");
                assertThat(perClient).isLessThan(16 * 1024);
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }

    @Test
    void half_requests_of_more_bytes_than_the_heap_has_cost_their_senders_the_connection_and_others_nothing()
            throws IOException, InterruptedException {
        byte[] part = "x".repeat(4 * MB).getBytes(ISO_8859_1);
        try (Ordeal ordeal = Ordeal.begin("half requests", cluster)) {
            try (Crowd crowd = Crowd.connect(cluster.port(0), 60)) {
                crowd.pour("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12582912\r\n".getBytes(ISO_8859_1), 1);
                crowd.pour(part, 1);
                cluster.await(
                        "the senders to be cut down",
                        Duration.ofSeconds(20),
                        () -> ordeal.meter(0).dropped() > 0 || isDroppedPouringOn(crowd, ordeal.meter(0)));
                // What was sent lies in socket buffers for the most part: let the node see all of it.
                cluster.await("the node to catch up", Duration.ofSeconds(20), () -> {
                    crowd.closed();
                    double before = ordeal.meter(0).dropped();
                    LockSupport.parkNanos(300_000_000);
                    return ordeal.meter(0).dropped() == before;
                });
                System.out.printf(
                        "[ordeal] half requests: %d MB sent, %.0f of %d clients closed%n",
                        crowd.sentBytes() / MB, ordeal.meter(0).dropped(), crowd.size());
                assertThat(ordeal.meter(0).metric("kvorum_client_memory_bytes")).isBetween(8.0 * MB, 64.0 * MB);
            }
            ordeal.endWithin(650, 1000, 3000);
        }
    }

    /** A machine that stands still takes nothing for as long as a crowd keeps trying: then there is more to send. */
    private static boolean isDroppedPouringOn(Crowd crowd, NodeMeter meter) {
        crowd.pourOn();
        return meter.dropped() > 0;
    }

    @Test
    void many_that_send_a_byte_now_and_then_cost_little_and_are_let_be() throws IOException, InterruptedException {
        int clients = LONG ? 3000 : 500;
        int rounds = LONG ? 300 : 40;
        byte[] request = RawClient.request("SET", "slow", "x".repeat(LONG ? 260 : 10));
        try (Ordeal ordeal = Ordeal.begin("a byte now and then", cluster)) {
            long before = ordeal.meter(0).liveHeapBytes();
            try (Crowd crowd = Crowd.connect(cluster.port(0), clients)) {
                for (int i = 0; i < Math.min(rounds, request.length - 1); i++) {
                    crowd.trickle(request[i]);
                    LockSupport.parkNanos(50_000_000);
                }
                long perClient = (ordeal.meter(0).liveHeapBytes() - before) / crowd.size();
                System.out.println("[ordeal] a byte now and then: " + perClient + " bytes of heap for each client");
                assertThat(perClient).isLessThan(8 * 1024);
                assertThat(crowd.closed()).isZero();
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }
}
