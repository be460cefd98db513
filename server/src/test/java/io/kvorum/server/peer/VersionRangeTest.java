package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.peer.message.CopyState;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Parting;
import io.kvorum.server.peer.message.Parting.Stage;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.peer.message.Rejected.Reason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes of different releases agree on the newest version that both speak, or say why they cannot. */
@Timeout(60)
final class VersionRangeTest {
    private static final VersionRange OLD = new VersionRange(1, 1);
    private static final VersionRange BOTH = new VersionRange(1, 2);
    private static final int NEWEST = 5;

    @Test
    void a_release_speaks_the_version_before_its_newest_too() {
        VersionRange spoken = VersionRange.SPOKEN;
        assertThat(spoken.oldest()).isEqualTo(Math.max(1, spoken.newest() - 1));
    }

    @Test
    void ranges_that_make_no_sense_are_refused() {
        for (int[] range : new int[][] {{0, 1}, {2, 1}, {1, 256}, {-1, -1}}) {
            assertThatThrownBy(() -> new VersionRange(range[0], range[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(range[0] + " to " + range[1]);
        }
    }

    /** Older, equal, newer, overlapping, one within the other, disjoint: all there are up to version 5, from either side. */
    @Test
    void both_sides_of_every_two_ranges_come_to_the_same_version_or_to_the_same_refusal() {
        for (VersionRange one : ranges()) {
            for (VersionRange other : ranges()) {
                int expected = VersionRange.NONE;
                for (int version = 1; version <= NEWEST; version++) {
                    expected = contains(one, version) && contains(other, version) ? version : expected;
                }
                HandshakeRules ofOne = rules(1, one);
                HandshakeRules ofOther = rules(2, other);
                Hello helloOfOne = hello(1, one);
                Hello helloOfOther = hello(2, other);
                assertThat(ofOne.commonVersion(helloOfOther))
                        .as("%s meets %s", one, other)
                        .isEqualTo(expected);
                assertThat(ofOther.commonVersion(helloOfOne)).isEqualTo(expected);
                assertRefusal(ofOne.check(helloOfOther, null), one, other, expected);
                assertRefusal(ofOther.check(helloOfOne, null), one, other, expected);
            }
        }
    }

    private static void assertRefusal(@Nullable Rejected refusal, VersionRange n1, VersionRange n2, int expected) {
        boolean refused = refusal != null && refusal.reason() == Reason.NO_COMMON_VERSION;
        assertThat(refused).as("%s meets %s", n1, n2).isEqualTo(expected == VersionRange.NONE);
        if (refused) {
            assertThat(Objects.requireNonNull(refusal).sentence())
                    .contains("n1 speaks ", "n2 speaks ")
                    .contains(n1.oldest() + " to " + n1.newest(), n2.oldest() + " to " + n2.newest())
                    .contains("upgrade " + (n1.newest() < n2.newest() ? "n1" : "n2") + ", the older one");
        }
    }

    @Test
    void what_a_peer_says_of_its_versions_is_not_taken_for_a_range() {
        assertThat(BOTH.newestCommon(2, 1)).isEqualTo(VersionRange.NONE);
        assertThat(BOTH.newestCommon(0, 255)).isEqualTo(2);
        assertThat(BOTH.newestCommon(0, 0)).isEqualTo(VersionRange.NONE);
    }

    @Test
    void newer_and_older_node_talk_whoever_dialled_and_only_messages_of_the_older_one_travel() throws Exception {
        assertThat(heardOver(OLD, BOTH)).containsExactly(MessageType.COPY_STATE);
        assertThat(heardOver(BOTH, OLD)).containsExactly(MessageType.COPY_STATE);
    }

    @Test
    void two_newer_nodes_send_the_messages_that_the_newer_version_brought() throws Exception {
        assertThat(heardOver(BOTH, BOTH)).containsExactly(MessageType.PARTING, MessageType.COPY_STATE);
        assertThat(heardOver(BOTH, new VersionRange(2, 3)))
                .containsExactly(MessageType.PARTING, MessageType.COPY_STATE);
    }

    /** What arrives of a message of version 2 and then one of version 1; answers work whatever was agreed. */
    private static List<MessageType> heardOver(VersionRange connectors, VersionRange acceptors) throws Exception {
        LinkedBlockingQueue<MessageType> heard = new LinkedBlockingQueue<>();
        PeerRequestHandler recorder = (peer, request, info, answer) -> heard.add(request.type());
        Map<MessageType, PeerRequestHandler> handlers = Map.of(
                MessageType.PARTING,
                recorder,
                MessageType.COPY_STATE,
                recorder,
                MessageType.PROBE,
                (peer, request, info, answer) -> answer.answer(new ProbeAnswer()));
        try (TestPeer one = peer(1, connectors, Map.of());
                TestPeer two = peer(2, acceptors, handlers)) {
            two.learns(one.identity.nodeId(), one, false);
            int peer = one.knows(two);
            one.await(TestPeer.Connected.class);
            List<PeerMessage> told = List.of(new Parting(101, Stage.DRAINING), new CopyState(101, 1, new BitSet()));
            RecordingReplies replies = new RecordingReplies();
            one.onLoop(() -> {
                told.forEach(message -> one.transport.tell(peer, message));
                return one.transport.call(peer, new Probe(), Long.MAX_VALUE, replies);
            });
            replies.awaitOne();
            return List.copyOf(heard);
        }
    }

    @Test
    void a_question_that_an_older_node_cannot_know_counts_as_not_sent() throws Exception {
        try (TestPeer one = peer(1, BOTH, Map.of());
                TestPeer two = peer(2, OLD, Map.of())) {
            two.learns(one.identity.nodeId(), one, false);
            int peer = one.knows(two);
            one.await(TestPeer.Connected.class);
            long call = one.onLoop(() ->
                    one.transport.call(peer, new Parting(1, Stage.STOPPING), Long.MAX_VALUE, new RecordingReplies()));
            assertThat(call).isEqualTo(PeerTransport.NOT_SENT);
        }
    }

    @Test
    void nodes_without_a_common_version_refuse_each_other_and_say_what_to_do() throws Exception {
        try (TestPeer one = peer(1, OLD, Map.of());
                TestPeer two = peer(2, new VersionRange(3, 4), Map.of())) {
            two.learns(one.identity.nodeId(), one, false);
            one.knows(two);
            TestPeer.Refused refused = one.await(TestPeer.Refused.class);
            assertThat(refused.reason()).isEqualTo(Reason.NO_COMMON_VERSION);
            assertThat(refused.sentence()).contains("n1 speaks 1 to 1", "n2 speaks peer protocol 3 to 4", "upgrade n1");
        }
    }

    private static TestPeer peer(int number, VersionRange versions, Map<MessageType, PeerRequestHandler> handlers) {
        return new TestPeer(TestPeer.identity(number), "secret", TestPeer.settings(versions, 1 << 20), handlers)
                .listening();
    }

    private static List<VersionRange> ranges() {
        List<VersionRange> ranges = new ArrayList<>();
        for (int oldest = 1; oldest <= NEWEST; oldest++) {
            for (int newest = oldest; newest <= NEWEST; newest++) {
                ranges.add(new VersionRange(oldest, newest));
            }
        }
        return ranges;
    }

    private static boolean contains(VersionRange range, int version) {
        return range.oldest() <= version && version <= range.newest();
    }

    private static HandshakeRules rules(int number, VersionRange versions) {
        PeerIdentity self = TestPeer.identity(number);
        return new HandshakeRules(self, versions, new Peers(self.nodeId(), "n" + number, "h", 1)::directory);
    }

    private static Hello hello(int number, VersionRange versions) {
        return TestPeer.identity(number).hello(versions, new byte[Hello.NONCE_BYTES]);
    }
}
