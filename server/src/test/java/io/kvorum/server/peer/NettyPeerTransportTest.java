package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.EventId;
import io.kvorum.ring.history.Event;
import io.kvorum.server.peer.message.CountAnswer;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.Gossip;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class NettyPeerTransportTest {
    private record Request(int peer, PeerMessage message, FrameInfo info, Answer answer) {}

    private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final PeerRequestHandler recorder =
            (peer, request, info, answer) -> requests.add(new Request(peer, request, info, answer));
    private final TestPeer asker = TestPeer.of(1);
    private TestPeer server = newServer(0);
    private int peer;

    private TestPeer newServer(int port) {
        PeerSettings settings = TestPeer.settings(1 << 20);
        TestPeer made = new TestPeer(
                TestPeer.identity(2),
                "secret",
                settings,
                Map.of(MessageType.PROBE, recorder, MessageType.GOSSIP, recorder, MessageType.SCAN, (from, q, i, a) -> {
                    throw new IllegalStateException("broken");
                }));
        made.port = port;
        made.learns(asker.identity.nodeId(), asker, false);
        return made.listening();
    }

    private void connect() throws InterruptedException {
        peer = asker.knows(server);
        asker.await(TestPeer.Connected.class);
    }

    @AfterEach
    void close() {
        asker.close();
        server.close();
    }

    @Test
    void answer_comes_back_to_who_asked_even_from_another_thread() throws Exception {
        connect();
        RecordingReplies first = new RecordingReplies();
        RecordingReplies second = new RecordingReplies();
        call(first);
        call(second);
        Request one = next();
        Request two = next();
        two.answer().answer(new CountAnswer(2));
        assertThat(second.awaitOne()).isEqualTo(new CountAnswer(2));
        one.answer().answer(new CountAnswer(1));
        assertThat(first.awaitOne()).isEqualTo(new CountAnswer(1));
    }

    @Test
    void a_connection_is_a_link_to_the_one_and_from_the_other_while_it_stands() throws Exception {
        long beforeMillis = System.currentTimeMillis();
        assertThat(asker.node.links()).isEmpty();
        connect();
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next().answer().answer(new CountAnswer(1));
        replies.awaitOne();
        PeerLinkStatus to = linkAtRest(asker);
        PeerLinkStatus from = linkAtRest(server);
        assertThat(to).isEqualTo(new PeerLinkStatus(server.identity.nodeId(), false, 1, to.sinceMillis(), true, 0));
        assertThat(from).isEqualTo(new PeerLinkStatus(asker.identity.nodeId(), true, 1, from.sinceMillis(), true, 0));
        assertThat(to.sinceMillis()).isBetween(beforeMillis, System.currentTimeMillis());
        server.close();
        asker.await(TestPeer.Disconnected.class);
        assertThat(asker.node.links()).isEmpty();
    }

    /**
     * An answer may arrive before the flush that sent it has counted its bytes as sent: that turn of the loop ends first. And
     * who has read for long lets others have their turn before it reads again.
     */
    private static PeerLinkStatus linkAtRest(TestPeer peer) throws Exception {
        long beginNanos = System.nanoTime();
        PeerLinkStatus link = peer.onLoop(() -> peer.node.links().get(0));
        while ((!link.reads() || link.unsentBytes() > 0) && System.nanoTime() - beginNanos < 20 * TestPeer.SECOND) {
            link = peer.onLoop(() -> peer.node.links().get(0));
        }
        return link;
    }

    @Test
    void each_side_tells_the_other_of_a_flush_before_anything_else() throws Exception {
        Flushed first = flushed(5);
        Flushed second = flushed(6);
        Flushed third = flushed(7);
        server.newestFlush = first;
        connect();
        assertThat(asker.heard.poll(20, TimeUnit.SECONDS)).isEqualTo(first);
        asker.newestFlush = second;
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        Request request = next();
        assertThat(server.heard.poll()).isEqualTo(second);
        server.newestFlush = third;
        request.answer().answer(new CountAnswer(1));
        assertThat(replies.awaitOne()).isEqualTo(new CountAnswer(1));
        assertThat(asker.heard.poll()).isEqualTo(third);
        call(replies);
        next().answer().answer(new CountAnswer(2));
        assertThat(replies.awaitOne()).isEqualTo(new CountAnswer(2));
        assertThat(server.heard).as("told once").isEmpty();
        assertThat(asker.heard).isEmpty();
    }

    private static Flushed flushed(long upTo) {
        return new Flushed(new Event.Flushed(new EventId(upTo, TestPeer.id(1)), upTo));
    }

    @Test
    void remaining_time_travels_with_the_request() throws Exception {
        connect();
        long nowNanos = System.nanoTime();
        asker.onLoop(() ->
                asker.transport.call(peer, new Probe(), nowNanos + 500 * TestPeer.SECOND, new RecordingReplies()));
        long left = next().info().deadlineNanos() - System.nanoTime();
        assertThat(left).isBetween(400 * TestPeer.SECOND, 501 * TestPeer.SECOND);
    }

    @Test
    void time_that_a_request_lay_in_the_socket_of_a_process_that_stood_still_is_part_of_its_time() throws Exception {
        connect();
        CountDownLatch standing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Future<Boolean> wentOn = server.eventLoop.submit(() -> {
            standing.countDown();
            return goOn.await(20, TimeUnit.SECONDS);
        });
        assertThat(standing.await(20, TimeUnit.SECONDS)).isTrue();
        long deadlineNanos = System.nanoTime() + TestPeer.SECOND / 5;
        asker.onLoop(() -> asker.transport.call(peer, new Probe(), deadlineNanos, new RecordingReplies()));
        while (System.nanoTime() - deadlineNanos < 0) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        assertThat(wentOn.get()).isTrue();
        assertThat(next().info().deadlineNanos() - deadlineNanos).isBetween(-TestPeer.SECOND / 5, 0L);
    }

    @Test
    void call_is_lost_once_when_its_connection_ends() throws Exception {
        connect();
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next();
        server.close();
        assertThat(replies.awaitOne()).isEqualTo(RecordingReplies.LOST);
        asker.await(TestPeer.Disconnected.class);
        assertThat(asker.onLoop(() -> asker.transport.isReachable(peer))).isFalse();
        assertThat(call(new RecordingReplies())).isEqualTo(PeerTransport.NOT_SENT);
        assertThat(replies.outcomes).isEmpty();
    }

    @Test
    void who_is_let_go_is_asked_nothing_more_and_hung_up_on_when_the_last_answer_has_come() throws Exception {
        connect();
        RecordingReplies first = new RecordingReplies();
        RecordingReplies second = new RecordingReplies();
        call(first);
        long forgotten = call(second);
        Request one = next();
        next();
        asker.transport.letGo(peer);
        assertThat(call(new RecordingReplies())).isEqualTo(PeerTransport.NOT_SENT);
        assertThat(asker.onLoop(() -> asker.transport.isReachable(peer))).isFalse();
        one.answer().answer(new CountAnswer(1));
        assertThat(first.awaitOne()).isEqualTo(new CountAnswer(1));
        assertThat(asker.events).as("one answer is awaited yet").isEmpty();
        asker.onLoop(() -> {
            asker.transport.forget(peer, forgotten);
            return forgotten;
        });
        asker.await(TestPeer.Disconnected.class);
        asker.await(TestPeer.Connected.class);
        call(first);
        next().answer().answer(new CountAnswer(2));
        assertThat(first.awaitOne()).as("over the next connection").isEqualTo(new CountAnswer(2));
    }

    @Test
    void server_that_stops_answers_what_it_was_asked_before_its_connections_end() throws Exception {
        connect();
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        Request asked = next();
        CountDownLatch told = new CountDownLatch(1);
        Thread stopping = new Thread(() -> server.server.letGo(told::countDown), "stop");
        stopping.start();
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        asker.transport.letGo(peer);
        asked.answer().answer(new CountAnswer(7));
        assertThat(replies.awaitOne()).isEqualTo(new CountAnswer(7));
        asker.await(TestPeer.Disconnected.class);
        stopping.join();
        // A channel is closed a turn of its loop before its end is told.
        server.onLoop(() -> true);
        assertThat(server.onLoop(() -> server.node.links())).isEmpty();
    }

    @Test
    void answer_with_records_that_was_on_its_way_for_too_long_counts_as_lost() throws Exception {
        connect();
        asker.wallMillis = asker.wallMillis + TestPeer.STALE_MILLIS + 2_000;
        PullAnswer records = new PullAnswer(PullAnswer.END, 100, List.of(new byte[] {1}));
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next().answer().answer(records);
        assertThat(replies.awaitOne()).isEqualTo(RecordingReplies.LOST);
        call(replies);
        next().answer().answer(new PullAnswer(PullAnswer.END, 100, List.of()));
        assertThat(replies.awaitOne()).isInstanceOf(PullAnswer.class);
        assertThat(asker.node.counters().staleAnswers()).isEqualTo(1);
    }

    @Test
    void doubled_and_late_answers_are_dropped() throws Exception {
        connect();
        RecordingReplies forgotten = new RecordingReplies();
        RecordingReplies doubled = new RecordingReplies();
        long call = call(forgotten);
        asker.onLoop(() -> {
            asker.transport.forget(peer, call);
            return call;
        });
        call(doubled);
        next().answer().answer(new ProbeAnswer());
        Request request = next();
        request.answer().answer(new CountAnswer(1));
        request.answer().answer(new CountAnswer(2));
        RecordingReplies last = new RecordingReplies();
        call(last);
        next().answer().answer(new ProbeAnswer());
        last.awaitOne();
        assertThat(forgotten.outcomes).isEmpty();
        assertThat(doubled.outcomes).containsExactly(new CountAnswer(1));
        assertThat(asker.node.counters().lateAnswers()).isEqualTo(2);
    }

    @Test
    void connection_over_which_nothing_comes_back_is_made_anew_whatever_the_others_do() throws Exception {
        connect();
        giveUpInSilence();
        Request signOfLife = next();
        asker.await(TestPeer.Disconnected.class);
        asker.await(TestPeer.Connected.class);
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next().answer().answer(new CountAnswer(1));
        assertThat(replies.awaitOne()).as("over the next connection").isEqualTo(new CountAnswer(1));
        signOfLife.answer().answer(new ProbeAnswer());
    }

    @Test
    void connection_of_a_peer_that_only_takes_long_stays() throws Exception {
        connect();
        while (!givesSignOfLifeInTime()) {
            if (!asker.onLoop(() -> asker.transport.isReachable(peer))) {
                asker.await(TestPeer.Connected.class);
            }
        }
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        Request slow = next();
        assertThat(asker.events.poll(1_200, TimeUnit.MILLISECONDS)).isNull();
        slow.answer().answer(new CountAnswer(1));
        assertThat(replies.awaitOne()).isEqualTo(new CountAnswer(1));
    }

    /** False only where this machine stood still: then the connection is either ended, or it is not. */
    private boolean givesSignOfLifeInTime() throws Exception {
        long beginNanos = System.nanoTime();
        giveUpInSilence();
        next().answer().answer(new ProbeAnswer());
        // A turn may have begun before there was anything to send, or to read: the next one sees it.
        for (TestPeer each : List.of(server, server, asker, asker)) {
            each.onLoop(() -> true);
        }
        return System.nanoTime() - beginNanos < TestPeer.SECOND;
    }

    /** Two calls of which no answer comes, the second given up longer after the first than any connection is silent. */
    private void giveUpInSilence() throws Exception {
        // However long this machine stands still meanwhile.
        asker.heldNanos = System.nanoTime();
        long first = call(new RecordingReplies());
        next();
        forget(first);
        long second = call(new RecordingReplies());
        next();
        assertThat(requests).as("no sign of life is asked for yet").isEmpty();
        long aheadNanos = asker.aheadNanos;
        asker.aheadNanos = aheadNanos + 3 * TestPeer.SECOND;
        forget(second);
        asker.heldNanos = 0;
    }

    private void forget(long call) throws Exception {
        asker.onLoop(() -> {
            asker.transport.forget(peer, call);
            return call;
        });
    }

    @Test
    void calls_past_the_bound_are_not_sent_until_answers_come() throws Exception {
        connect();
        Gossip half = new Gossip(new byte[400_000]);
        RecordingReplies replies = new RecordingReplies();
        assertThat(call(half, replies)).isNotEqualTo(PeerTransport.NOT_SENT);
        Request first = next();
        assertThat(call(half, replies)).isNotEqualTo(PeerTransport.NOT_SENT);
        next();
        assertThat(call(half, replies)).isEqualTo(PeerTransport.NOT_SENT);
        assertThat(call(new Probe(), replies)).isNotEqualTo(PeerTransport.NOT_SENT);
        first.answer().answer(new ProbeAnswer());
        replies.awaitOne();
        assertThat(call(half, replies)).isNotEqualTo(PeerTransport.NOT_SENT);
    }

    @Test
    void message_longer_than_a_frame_is_not_sent_and_harms_nobody() throws Exception {
        connect();
        RecordingReplies replies = new RecordingReplies();
        assertThat(call(new Gossip(new byte[(1 << 20) + 1]), replies)).isEqualTo(PeerTransport.NOT_SENT);
        call(replies);
        next().answer().answer(new Gossip(new byte[(1 << 20) + 1]));
        assertThat(replies.awaitOne()).isInstanceOf(Refusal.class);
    }

    @Test
    void requests_that_nobody_serves_and_broken_handlers_are_answered_with_refusals() throws Exception {
        connect();
        RecordingReplies replies = new RecordingReplies();
        call(new CountAnswer(1), replies);
        assertThat(replies.awaitOne()).isEqualTo(new Refusal("COUNT_ANSWER is not served here"));
        call(new io.kvorum.server.peer.message.Scan(0, 0, 1), replies);
        assertThat(replies.awaitOne()).isInstanceOf(Refusal.class);
        assertThat(server.node.counters().handlerFailures()).isEqualTo(1);
    }

    @Test
    void operation_that_fails_over_an_answer_leaves_the_connection_to_the_others() throws Exception {
        connect();
        asker.onLoop(() -> asker.transport.call(peer, new Probe(), Long.MAX_VALUE, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void onLost(int from) {}
        }));
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next().answer().answer(new ProbeAnswer());
        next().answer().answer(new ProbeAnswer());
        assertThat(replies.awaitOne()).isEqualTo(new ProbeAnswer());
        assertThat(asker.node.counters().handlerFailures()).isEqualTo(1);
    }

    @Test
    void told_messages_arrive_in_order_without_answers() throws Exception {
        connect();
        asker.onLoop(() -> {
            for (byte i = 0; i < 100; i++) {
                asker.transport.tell(peer, new Gossip(new byte[] {i}));
            }
            return 0;
        });
        for (byte i = 0; i < 100; i++) {
            assertThat(((Gossip) next().message()).payload()).containsExactly(i);
        }
    }

    @Test
    void lost_connection_is_made_again_by_itself() throws Exception {
        connect();
        server.close();
        asker.await(TestPeer.Disconnected.class);
        server = newServer(server.port);
        asker.await(TestPeer.Connected.class);
        RecordingReplies replies = new RecordingReplies();
        call(replies);
        next().answer().answer(new ProbeAnswer());
        assertThat(replies.awaitOne()).isEqualTo(new ProbeAnswer());
    }

    @Test
    void peer_that_connects_is_known_to_be_there_once_it_has_shown_who_it_is() throws Exception {
        connect();
        int approaching = Objects.requireNonNull(server.approached.poll(20, TimeUnit.SECONDS));
        assertThat(server.node.directory.get().get(approaching).id()).isEqualTo(asker.identity.nodeId());
        assertThat(asker.approached).isEmpty();
    }

    @Test
    void peer_that_is_gone_is_not_dialled_any_more() throws Exception {
        connect();
        asker.learns(server.identity.nodeId(), server, true);
        asker.transport.refresh();
        asker.await(TestPeer.Disconnected.class);
        assertThat(call(new RecordingReplies())).isEqualTo(PeerTransport.NOT_SENT);
    }

    private long call(RecordingReplies replies) throws Exception {
        return call(new Probe(), replies);
    }

    private long call(PeerMessage request, RecordingReplies replies) throws Exception {
        return asker.onLoop(
                () -> asker.transport.call(peer, request, System.nanoTime() + 20 * TestPeer.SECOND, replies));
    }

    private Request next() throws InterruptedException {
        Request request = requests.poll(20, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request within 20 s");
        }
        return request;
    }
}
