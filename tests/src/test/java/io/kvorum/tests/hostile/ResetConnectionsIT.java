package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Connections reset at every byte of requests and of their replies: nothing is left behind, and nothing leaks. Netty
 * tracks every buffer of these nodes and would say in the log which was lost.
 */
class ResetConnectionsIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int NODES = 3;
    private static final int VALUE_BYTES = LONG ? 2000 : 20;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.prepare(NODES, Ordeal.PATIENT)
                .withJvmFlags("-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.leakDetection.targetRecords=20");
        for (int node = 0; node < NODES; node++) {
            cluster.startNode(node);
        }
        cluster.awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void requests_cut_off_at_every_byte_leave_nothing_behind() throws IOException, InterruptedException {
        byte[] requests = requests();
        try (Ordeal ordeal = Ordeal.begin("resets in requests", cluster, NODES, 1)) {
            for (int length = 0; length <= requests.length; length++) {
                RawClient client = RawClient.connect(cluster.port(length % NODES));
                client.send(requests, length).reset();
            }
            collect(ordeal);
            ordeal.endWithin(450, 1000, 3000);
        }
    }

    @Test
    void replies_cut_off_at_every_byte_leave_nothing_behind() throws IOException, InterruptedException {
        byte[] requests = requests();
        int replyBytes;
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send(requests).send(RawClient.request("QUIT"));
            replyBytes = client.readToEnd(java.time.Duration.ofSeconds(5)).length();
        }
        try (Ordeal ordeal = Ordeal.begin("resets in replies", cluster, NODES, 1)) {
            for (int length = 1; length < replyBytes; length += LONG ? 1 : 23) {
                RawClient client = RawClient.connect(cluster.port(length % NODES), 4096);
                client.send(requests).skip(length);
                client.reset();
            }
            collect(ordeal);
            ordeal.endWithin(450, 1000, 3000);
        }
    }

    /** A buffer that was lost is reported once it is collected and another is made. */
    private static void collect(Ordeal ordeal) throws IOException, InterruptedException {
        for (int node = 0; node < NODES; node++) {
            ordeal.meter(node).liveHeapBytes();
            try (RawClient client = RawClient.connect(cluster.port(node))) {
                for (int i = 0; i < 100; i++) {
                    assertThat(client.ask("PING")).isEqualTo("+PONG");
                }
            }
        }
    }

    private static byte[] requests() {
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        String value = "v".repeat(VALUE_BYTES);
        String[][] all = {
            {"SET", "a", value},
            {"GET", "a"},
            {"INCR", "n"},
            {"MSET", "b", value, "c", value, "d", value},
            {"MGET", "a", "b", "c", "d"},
            {"KV.PUT", "e", "-", value},
            {"KV.GET", "e"},
            {"APPEND", "f", value},
            {"KEYS", "*"},
            {"DEL", "b", "c"},
            {"HELLO", "3"},
        };
        for (String[] request : all) {
            requests.writeBytes(RawClient.request(request));
        }
        requests.writeBytes("PING inline\r\nGET a\r\n".getBytes(US_ASCII));
        return requests.toByteArray();
    }
}
