package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Replies that nobody reads, or that are read slowly, on a node alone and on one that passes requests on. */
class UnreadRepliesIT {
    private static final int MB = 1 << 20;
    private static final int NODES = 3;
    private static final int LARGE_BYTES = 8 * MB;

    private static TestCluster single;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        // As in SlowClientsIT: the heaps fill.
        String[] touched = {"-Xms256m", "-XX:+AlwaysPreTouch"};
        single = TestCluster.prepare(1, Map.of()).withJvmFlags(touched);
        // Two owners of three: a third of the keys is foreign to each node.
        cluster = TestCluster.prepare(NODES, Ordeal.PATIENT).withJvmFlags(touched);
        single.startNode(0);
        for (int node = 0; node < NODES; node++) {
            cluster.startNode(node);
        }
        single.awaitReady();
        cluster.awaitReady();
        for (TestCluster each : new TestCluster[] {single, cluster}) {
            try (RawClient client = RawClient.connect(each.port(0))) {
                for (int i = 0; i < 6; i++) {
                    assertThat(client.ask("SET", "mb:" + i, "x".repeat(MB))).isEqualTo("+OK");
                }
                assertThat(client.send(request("SET", "large", large())).readLine())
                        .isEqualTo("+OK");
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        single.close();
        cluster.close();
    }

    @Test
    void a_hundred_megabytes_of_requests_whose_replies_are_never_read_are_left_unread_too()
            throws IOException, InterruptedException {
        String[][] requests = {{"GET", "mb:1"}, {"ECHO", "x".repeat(1000)}, {"KV.GET", "mb:2"}, {"PING"}};
        for (String[] request : requests) {
            byte[] batch = batch(request);
            try (Ordeal ordeal = Ordeal.begin("unread " + request[0], single)) {
                try (Crowd crowd = Crowd.connect(single.port(0), 4)) {
                    crowd.pour(batch, 100 * MB / batch.length / crowd.size());
                    System.out.printf(
                            "[ordeal] unread %s: %d KB of requests were taken%n", request[0], crowd.sentBytes() >> 10);
                    assertThat(crowd.sentBytes()).isLessThan(60 * MB);
                }
                ordeal.endWithin(600, 500, 2000);
            }
        }
    }

    @Test
    void unread_replies_of_many_clients_are_bounded_all_together() throws IOException, InterruptedException {
        byte[] request = RawClient.request("GET", "large");
        try (Ordeal ordeal = Ordeal.begin("clients that do not read", single)) {
            double before = ordeal.meter(0).dropped();
            try (Crowd crowd = Crowd.connect(single.port(0), 20)) {
                crowd.pour(request, 2);
                single.await(
                        "some to be closed",
                        Duration.ofSeconds(20),
                        () -> ordeal.meter(0).dropped() > before);
                System.out.printf(
                        "[ordeal] clients that do not read: %.0f were closed%n",
                        ordeal.meter(0).dropped() - before);
                assertThat(ordeal.meter(0).metric("kvorum_client_memory_bytes")).isLessThan(64 * MB);
                assertThat(crowd.size()).isGreaterThan((int) (ordeal.meter(0).dropped() - before));
            }
            ordeal.endWithin(700, 1500, 4000);
        }
    }

    @Test
    void passed_on_requests_whose_replies_are_never_read_are_bounded_at_every_node()
            throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 6; i++) {
            all.writeBytes(RawClient.request("GET", "mb:" + i));
        }
        byte[] sixKeys = all.toByteArray();
        for (int clients : new int[] {1, 16}) {
            try (Ordeal ordeal = Ordeal.begin(clients + " do not read from a cluster", cluster, NODES, 1)) {
                try (Crowd crowd = Crowd.connect(cluster.port(0), clients)) {
                    crowd.pour(sixKeys, 20 * MB / sixKeys.length / clients);
                }
                ordeal.endWithin(700, 1000, 3000);
            }
        }
    }

    @Test
    void one_key_asked_for_many_times_at_once_is_not_too_much() throws IOException, InterruptedException {
        String[] mget = new String[2001];
        Arrays.fill(mget, "mb:4");
        mget[0] = "MGET";
        for (TestCluster each : new TestCluster[] {single, cluster}) {
            int nodes = each == single ? 1 : NODES;
            try (Ordeal ordeal = Ordeal.begin("two thousand times the same megabyte", each, nodes, 0)) {
                try (RawClient client = RawClient.connect(each.port(0))) {
                    client.send(RawClient.request(mget));
                    assertThat(client.isClosedWithin(Duration.ofSeconds(20))).isTrue();
                }
                ordeal.endWithin(700, 1000, 3000);
            }
        }
    }

    @Test
    void a_reply_larger_than_any_socket_buffer_comes_whole_to_a_slow_reader() throws IOException, InterruptedException {
        byte[] large = large();
        for (TestCluster each : new TestCluster[] {single, cluster}) {
            int nodes = each == single ? 1 : NODES;
            try (Ordeal ordeal = Ordeal.begin("large replies", each, nodes, nodes - 1)) {
                for (int node = 0; node < nodes; node++) {
                    try (RawClient client = RawClient.connect(each.port(node), 8192)) {
                        client.send(RawClient.request("GET", "large")).send(RawClient.request("PING"));
                        LockSupport.parkNanos(100_000_000);
                        assertThat(client.readBulk()).isEqualTo(large);
                        assertThat(client.readLine()).isEqualTo("+PONG");
                        client.send(RawClient.request("MGET", "mb:0", "mb:1", "mb:2", "large", "mb:3", "mb:4", "mb:5"));
                        LockSupport.parkNanos(100_000_000);
                        assertThat(client.readLine()).isEqualTo("*7");
                        for (int i = 0; i < 7; i++) {
                            assertThat(client.readBulk()).hasSize(i == 3 ? LARGE_BYTES : MB);
                        }
                    }
                }
                ordeal.endWithin(700, 1000, 3000);
            }
        }
    }

    private static byte[] large() {
        byte[] bytes = new byte[LARGE_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 10));
        }
        return bytes;
    }

    private static byte[] request(String name, String key, byte[] value) {
        return RawClient.request(name, key, new String(value, ISO_8859_1));
    }

    private static byte[] batch(String... arguments) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        byte[] request = RawClient.request(arguments);
        while (batch.size() < 64 * 1024) {
            batch.writeBytes(request);
        }
        return batch.toByteArray();
    }
}
