package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whoever is no member gets nothing from the peer port but an end, soon; members get through all the same. */
class PeerPortIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    /** How long a handshake may take. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Before that is up, so that what ends by then ends for another reason, however slow the machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(4);

    private static final Duration HANDSHAKE = Duration.ofSeconds(15);
    private static final long LOG_THROTTLE_SECONDS = 30;

    private static final int MB = 1 << 20;
    private static final int NODES = 3;
    private static final byte HELLO = 1;
    private static final int LOOPS = 2;
    private static final int STRANGERS_MAX = 32;
    private static final int MEMBERS_FILES = 40;

    private static TestCluster cluster;
    private static long beginNanos;

    @BeforeAll
    static void start() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>(Ordeal.PATIENT);
        settings.put("replication.n", "3");
        settings.put("io-threads", String.valueOf(LOOPS));
        settings.put("cluster.secret", "the members' own");
        settings.put("peer.connect-timeout", CONNECT_TIMEOUT.toSeconds() + "s");
        beginNanos = System.nanoTime();
        cluster = TestCluster.start(NODES, settings);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void other_protocols_and_garbage_end_the_connection_at_once_and_are_counted_and_logged_once()
            throws IOException, InterruptedException {
        byte[] random = new byte[5000];
        long seed = Long.getLong("kvorum.seed", System.nanoTime());
        System.out.println("[ordeal] garbage: -Dkvorum.seed=" + seed);
        new Random(seed).nextBytes(random);
        // A length that no frame has: what follows it is never looked at.
        random[0] |= (byte) 0x80;
        byte[][] openings = {
            RawClient.request("PING"),
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1),
            "PING\r\n".getBytes(ISO_8859_1),
            WrongProtocolIT.clientHello(),
            frame(0, 0, HELLO, new byte[0], 0),
            frame(128 * MB, 1, HELLO, new byte[0], 0),
            frame(64 * 1024 + 1, 1, HELLO, new byte[0], 0),
            frame(22, 1, 77, new byte[0], 0),
            frame(22 + 200, 1, HELLO, new byte[200], 200),
            random,
        };
        NodeMeter meter = new NodeMeter(cluster, 0);
        double before = meter.metric("kvorum_peer_garbage_total");
        try (Ordeal ordeal = Ordeal.begin("garbage to the peer port", cluster, NODES, 0)) {
            for (int i = 0; i < openings.length * 10; i++) {
                try (RawClient client = RawClient.connect(cluster.peerPort(0))) {
                    client.send(openings[i % openings.length]);
                    assertThat(client.isClosedWithin(AT_ONCE))
                            .as("opening %d", i % openings.length)
                            .isTrue();
                }
            }
            ordeal.endWithin(450, 500, 2000);
        }
        assertThat(meter.metric("kvorum_peer_garbage_total") - before).isEqualTo(openings.length * 10);
        long elapsedSeconds = (System.nanoTime() - beginNanos) / 1_000_000_000;
        assertThat(cluster.logText(0).lines().filter(PeerPortIT::isOfGarbage))
                .hasSizeBetween(1, 1 + (int) (elapsedSeconds / LOG_THROTTLE_SECONDS));
    }

    private static boolean isOfGarbage(String line) {
        return line.contains("closed the peer connection") && !line.contains("without a handshake");
    }

    @Test
    void half_a_handshake_ends_when_its_time_is_up_and_holds_next_to_nothing()
            throws IOException, InterruptedException {
        double before = new NodeMeter(cluster, 0).metric("kvorum_peer_handshakes_late_total");
        try (Ordeal ordeal = Ordeal.begin("half handshakes", cluster, NODES, 0)) {
            try (RawClient silent = RawClient.connect(cluster.peerPort(0));
                    RawClient slow = RawClient.connect(cluster.peerPort(0));
                    RawClient half = RawClient.connect(cluster.peerPort(0))) {
                half.send(frame(60_000, 1, HELLO, new byte[30_000], 30_000));
                byte[] frame = frame(60_000, 1, HELLO, new byte[0], 0);
                slow.send(frame, 1);
                assertThat(silent.isClosedWithin(HANDSHAKE)).isTrue();
                assertThat(slow.isClosedWithin(AT_ONCE)).isTrue();
                assertThat(half.isClosedWithin(AT_ONCE)).isTrue();
            }
            ordeal.endWithin(450, 500, 2000);
        }
        assertThat(new NodeMeter(cluster, 0).metric("kvorum_peer_handshakes_late_total") - before)
                .as("these, and whoever else this machine kept from it")
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void a_flood_of_connections_without_handshake_crowds_out_itself_and_no_member()
            throws IOException, InterruptedException {
        int size = LONG ? 2000 : 300;
        cluster.kill(2);
        try (Ordeal ordeal = Ordeal.begin("a flood at the peer port", cluster, 2, 1)) {
            int filesBefore = ordeal.meter(0).openFiles();
            cluster.startNode(2);
            cluster.await("a member to get in", Duration.ofSeconds(60), () -> {
                flood(size, filesBefore, ordeal.meter(0));
                return cluster.isReady(2);
            });
            ordeal.endWithin(450, 1000, 3000);
        }
        assertThat(new NodeMeter(cluster, 0).metric("kvorum_peer_strangers_crowded_out_total"))
                .isPositive();
        assertThat(cluster.logText(0).lines().count()).isLessThan(60);
    }

    private static void flood(int size, int filesBefore, NodeMeter meter) {
        try (Crowd crowd = Crowd.connect(cluster.peerPort(0), size)) {
            crowd.pour(frame(60_000, 1, HELLO, new byte[5000], 5000), 1);
            cluster.await(
                    "all but the last to be closed",
                    HANDSHAKE,
                    () -> openFiles(meter) - filesBefore <= LOOPS * STRANGERS_MAX + MEMBERS_FILES);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int openFiles(NodeMeter meter) {
        try {
            return meter.openFiles();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A frame as docs/peer-protocol.md has it, or what of it is wanted. */
    private static byte[] frame(int length, int version, int type, byte[] payload, int payloadBytes) {
        ByteBuffer frame = ByteBuffer.allocate(4 + 22 + payloadBytes);
        frame.putInt(length).put((byte) version).put((byte) type);
        frame.putLong(0).putInt(0).putLong(0).put(payload, 0, payloadBytes);
        return frame.array();
    }
}
