package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.ring.MemberSpec;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.JoinAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.peer.message.Proof;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.peer.message.Rejected.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HandshakeTest {
    private static final Join JOIN = new Join(TestPeer.id(9), MemberSpec.parse("n9@127.0.0.1:1"));

    @Test
    void members_of_one_cluster_connect_and_follow_each_others_clocks() throws Exception {
        try (TestPeer one = TestPeer.of(1);
                TestPeer two = TestPeer.serving(
                        2,
                        MessageType.PROBE,
                        (peer, request, info, answer) ->
                                answer.answer(new io.kvorum.server.peer.message.ProbeAnswer()))) {
            two.learns(one.identity.nodeId(), one, false);
            int peer = one.knows(two);
            assertThat(one.await(TestPeer.Connected.class).peer()).isEqualTo(peer);
            RecordingReplies replies = new RecordingReplies();
            one.onLoop(
                    () -> one.transport.call(peer, new io.kvorum.server.peer.message.Probe(), Long.MAX_VALUE, replies));
            replies.awaitOne();
            assertThat(one.stamps.currentMillis()).isEqualTo(102);
            assertThat(two.stamps.currentMillis()).isEqualTo(102);
        }
    }

    @Test
    void node_of_another_cluster_is_refused() throws Exception {
        PeerIdentity other = new PeerIdentity(TestPeer.id(1), "n1", 101, new UUID(9, 9), "elsewhere", 256, "SLOTS");
        assertRefused(other, "secret", Reason.OTHER_CLUSTER, "\"elsewhere\"", "cluster.name");
    }

    @Test
    void node_of_another_cluster_with_the_same_name_is_refused() throws Exception {
        PeerIdentity other = new PeerIdentity(TestPeer.id(1), "n1", 101, new UUID(9, 9), "test", 256, "SLOTS");
        assertRefused(other, "secret", Reason.OTHER_CLUSTER, "two clusters are called", "initial-members");
    }

    @Test
    void node_with_another_number_of_partitions_is_refused() throws Exception {
        PeerIdentity other = new PeerIdentity(TestPeer.id(1), "n1", 101, TestPeer.CLUSTER, "test", 64, "SLOTS");
        assertRefused(other, "secret", Reason.OTHER_PARTITIONS, "n1 has 64", "cluster.partitions");
    }

    @Test
    void node_with_another_partitioner_is_refused() throws Exception {
        PeerIdentity other = new PeerIdentity(TestPeer.id(1), "n1", 101, TestPeer.CLUSTER, "test", 256, "MD5");
        assertRefused(other, "secret", Reason.OTHER_PARTITIONER, "n1 has MD5", "cluster.partitioner");
    }

    @Test
    void node_with_another_secret_is_refused() throws Exception {
        assertRefused(TestPeer.identity(1), "wrong", Reason.WRONG_SECRET, "secrets of n2 and n1 differ");
    }

    @Test
    void unknown_node_is_refused_until_it_is_known() throws Exception {
        try (TestPeer one = TestPeer.of(1);
                TestPeer two = TestPeer.of(2)) {
            int peer = one.knows(two);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.byPeer()).isTrue();
            assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_MEMBER);
            two.learns(one.identity.nodeId(), one, false);
            assertThat(one.await(TestPeer.Connected.class).peer()).isEqualTo(peer);
        }
    }

    @Test
    void newcomer_that_knows_the_secret_may_ask_to_be_let_in() throws Exception {
        try (TestPeer member = TestPeer.serving(
                        2,
                        MessageType.JOIN,
                        (peer, request, info, answer) -> answer.answer(new JoinAnswer(new byte[] {7})));
                SeedCall call = newcomer("test", "secret")) {
            assertThat(call.ask(new SeedAddress("127.0.0.1", 1, member.port), JOIN))
                    .containsExactly(7);
        }
    }

    @Test
    void newcomer_without_the_secret_or_of_another_cluster_is_refused() throws Exception {
        try (TestPeer member = TestPeer.of(2);
                SeedCall wrongSecret = newcomer("test", "wrong");
                SeedCall wrongName = newcomer("elsewhere", "secret")) {
            SeedAddress seed = new SeedAddress("127.0.0.1", 1, member.port);
            assertThatThrownBy(() -> wrongSecret.ask(seed, JOIN))
                    .isInstanceOf(SeedCall.RefusedException.class)
                    .hasMessageContaining("secrets of n2 and n9 differ");
            assertThatThrownBy(() -> wrongName.ask(seed, JOIN))
                    .isInstanceOf(SeedCall.RefusedException.class)
                    .hasMessageContaining("\"elsewhere\"");
        }
    }

    @Test
    void newcomer_can_ask_for_nothing_else() throws Exception {
        try (TestPeer member = TestPeer.serving(
                        2, MessageType.PROBE, (peer, request, info, answer) -> answer.answer(new ProbeAnswer()));
                SeedCall call = newcomer("test", "secret")) {
            assertThatThrownBy(() -> call.ask(new SeedAddress("127.0.0.1", 1, member.port), JOIN))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("JOIN is not served here");
            assertThatThrownBy(() -> call.exchange(new Probe()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PROBE is not served here");
        }
    }

    private static SeedCall newcomer(String cluster, String secret) {
        return new SeedCall(
                PeerIdentity.newcomer(TestPeer.id(9), "n9", 109, cluster),
                TestPeer.settings(1 << 20),
                new HandshakeKey(secret),
                new SplittableRandom(9));
    }

    @Test
    void removed_node_is_told_so() throws Exception {
        try (TestPeer one = TestPeer.of(1);
                TestPeer two = TestPeer.of(2)) {
            two.learns(one.identity.nodeId(), one, true);
            one.knows(two);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.REMOVED);
            assertThat(refused.sentence()).contains("for ever", "empty data directory");
        }
    }

    @Test
    void another_node_behind_a_members_address_is_not_taken_for_it() throws Exception {
        try (TestPeer one = TestPeer.of(1);
                TestPeer two = TestPeer.of(2)) {
            two.learns(one.identity.nodeId(), one, false);
            one.knows(TestPeer.id(3), two);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.byPeer()).isFalse();
            assertThat(refused.reason()).isEqualTo(Reason.WRONG_NODE);
            assertThat(refused.sentence()).contains("n1 dialled", "n2", "answered");
        }
    }

    @Test
    void second_process_with_one_identity_is_refused() throws Exception {
        PeerIdentity twin = new PeerIdentity(TestPeer.id(1), "n1", 666, TestPeer.CLUSTER, "test", 256, "SLOTS");
        try (TestPeer one = TestPeer.of(1);
                TestPeer copy = new TestPeer(twin, "secret", TestPeer.settings(1000), Map.of()).listening();
                TestPeer two = TestPeer.of(2)) {
            two.learns(one.identity.nodeId(), one, false);
            one.knows(two);
            one.await(TestPeer.Connected.class);
            copy.knows(two);
            copy.await(TestPeer.Connected.class);
            one.await(TestPeer.Disconnected.class);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.CLONED_IDENTITY);
            assertThat(refused.sentence()).contains("data directory was copied");
        }
    }

    @Test
    void own_identity_at_another_address_is_refused() throws Exception {
        PeerIdentity twin = new PeerIdentity(TestPeer.id(1), "n1", 666, TestPeer.CLUSTER, "test", 256, "SLOTS");
        try (TestPeer one = TestPeer.of(1);
                TestPeer copy = new TestPeer(twin, "secret", TestPeer.settings(1000), Map.of()).listening()) {
            one.knows(TestPeer.id(2), copy);
            assertThat(one.await(TestPeer.Refused.class).reason()).isEqualTo(Reason.CLONED_IDENTITY);
        }
    }

    @Test
    void node_that_reaches_itself_says_so() throws Exception {
        try (TestPeer one = TestPeer.of(1)) {
            one.knows(TestPeer.id(2), one);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.WRONG_NODE);
            assertThat(refused.sentence()).contains("reached itself");
        }
    }

    @Test
    void no_common_version_is_named_with_both_ranges() {
        PeerIdentity self = TestPeer.identity(1);
        HandshakeRules rules =
                new HandshakeRules(self, VersionRange.SPOKEN, new Peers(self.nodeId(), "n1", "h", 1)::directory);
        Hello known = TestPeer.identity(2).hello(VersionRange.SPOKEN, new byte[Hello.NONCE_BYTES]);
        Hello later = new Hello(
                7, 9, known.clusterId(), "test", 256, "SLOTS", known.nodeId(), "n2", 1, known.nonce(), new byte[3]);
        Rejected rejected = Objects.requireNonNull(rules.check(later, null));
        assertThat(rejected.reason()).isEqualTo(Reason.NO_COMMON_VERSION);
        assertThat(rejected.sentence()).contains("speaks 7 to 9", "1 to 2", "upgrade n1, the older one");
    }

    @Test
    void proof_of_the_other_side_cannot_be_sent_back() {
        HandshakeKey key = new HandshakeKey("secret");
        Hello one = TestPeer.identity(1).hello(VersionRange.SPOKEN, new byte[Hello.NONCE_BYTES]);
        Hello two = TestPeer.identity(2).hello(VersionRange.SPOKEN, new byte[Hello.NONCE_BYTES]);
        byte[] proof = key.proof(HandshakeKey.Role.CONNECTOR, one, two);
        assertThat(key.proves(proof, HandshakeKey.Role.CONNECTOR, one, two)).isTrue();
        assertThat(key.proves(proof, HandshakeKey.Role.ACCEPTOR, one, two)).isFalse();
        assertThat(key.proves(proof, HandshakeKey.Role.CONNECTOR, two, one)).isFalse();
        assertThat(new HandshakeKey("Secret").proves(proof, HandshakeKey.Role.CONNECTOR, one, two))
                .isFalse();
    }

    @Test
    void proof_before_hello_is_out_of_order() {
        PeerIdentity self = TestPeer.identity(1);
        HandshakeRules rules =
                new HandshakeRules(self, VersionRange.SPOKEN, new Peers(self.nodeId(), "n1", "h", 1)::directory);
        Handshake handshake = Handshake.acceptor(
                rules, new HandshakeKey(""), self.hello(VersionRange.SPOKEN, new byte[Hello.NONCE_BYTES]));
        assertThat(handshake.onMessage(new Proof(new byte[Proof.MAC_BYTES]))).isNull();
        assertThat(handshake.state()).isEqualTo(Handshake.State.OUT_OF_ORDER);
    }

    @Test
    void garbage_on_the_port_is_closed_and_counted() throws Exception {
        try (TestPeer one = TestPeer.of(1);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertClosed(socket);
            assertThat(one.node.counters().garbage()).isEqualTo(1);
        }
    }

    @Test
    void silent_connection_is_closed_when_its_handshake_takes_too_long() throws Exception {
        PeerSettings settings = new PeerSettings(
                VersionRange.SPOKEN, 1 << 20, 1 << 20, 1000, TestPeer.SECOND / 50, 1, 1, TestPeer.STALE_MILLIS);
        try (TestPeer one = new TestPeer(TestPeer.identity(1), "", settings, Map.of()).listening();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port)) {
            assertClosed(socket);
            assertThat(one.node.counters().handshakeTimeouts()).isEqualTo(1);
        }
    }

    private static void assertClosed(Socket socket) throws IOException {
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (java.net.SocketException reset) {
            read = -1;
        }
        assertThat(read).isEqualTo(-1);
    }

    /** The node with this identity dials a proper one: both sides refuse, or learn of it, in these words. */
    private static void assertRefused(PeerIdentity wrong, String secret, Reason reason, String... words)
            throws Exception {
        try (TestPeer one = new TestPeer(wrong, secret, TestPeer.settings(1 << 20), Map.of()).listening();
                TestPeer two = TestPeer.of(2)) {
            two.learns(one.identity.nodeId(), one, false);
            one.knows(two);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.byPeer()).isTrue();
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.sentence()).contains(words);
            assertThat(two.node.counters().rejectedByUs()).isPositive();
            assertThat(one.node.counters().rejectedByThem()).isPositive();
        }
    }
}
