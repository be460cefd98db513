package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.ControlThread;
import io.kvorum.server.runtime.EventLoopTasks;
import io.kvorum.server.runtime.Threads;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoopPeerCallsTest {
    private final LinkedBlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final TestPeer asker = TestPeer.of(1);
    private final TestPeer server =
            TestPeer.serving(2, MessageType.PROBE, (peer, request, info, answer) -> answers.add(answer));
    private final ControlThread control = new Threads().control(100);
    private final LoopPeerCalls calls = new LoopPeerCalls(
            Clock.system(),
            List.of(new EventLoopTasks(asker.eventLoop)),
            List.of(asker.transport),
            control,
            asker.node::closeIncoming);
    private final RecordingReplies replies = new RecordingReplies();
    private int peer;

    @BeforeEach
    void connect() throws InterruptedException {
        server.learns(asker.identity.nodeId(), asker, false);
        peer = asker.knows(server);
        asker.await(TestPeer.Connected.class);
    }

    @AfterEach
    void close() {
        asker.close();
        server.close();
        control.close();
    }

    @Test
    void answer_is_handed_back_to_the_control_thread() throws Exception {
        LinkedBlockingQueue<Boolean> inLoop = new LinkedBlockingQueue<>();
        calls.call(peer, new Probe(), 20 * TestPeer.SECOND, new ReplyHandler() {
            @Override
            public void onReply(int from, io.kvorum.server.peer.message.PeerMessage reply) {
                inLoop.add(control.inLoop());
            }

            @Override
            public void onLost(int from) {
                inLoop.add(false);
            }
        });
        answers.take().answer(new ProbeAnswer());
        assertThat(inLoop.take()).isTrue();
    }

    @Test
    void call_without_an_answer_in_time_is_lost_once() throws Exception {
        calls.call(peer, new Probe(), TestPeer.SECOND / 100, replies);
        assertThat(replies.awaitOne()).isEqualTo(RecordingReplies.LOST);
        answers.take().answer(new ProbeAnswer());
        RecordingReplies next = new RecordingReplies();
        calls.call(peer, new Probe(), 20 * TestPeer.SECOND, next);
        answers.take().answer(new ProbeAnswer());
        assertThat(next.awaitOne()).isEqualTo(new ProbeAnswer());
        assertThat(replies.outcomes).isEmpty();
    }

    @Test
    void call_to_nobody_is_lost() throws Exception {
        calls.call(7, new Probe(), 20 * TestPeer.SECOND, replies);
        assertThat(replies.awaitOne()).isEqualTo(RecordingReplies.LOST);
    }

    @Test
    void what_the_first_loop_cannot_send_the_next_sends() throws Exception {
        LoopPeerCalls several = new LoopPeerCalls(
                Clock.system(),
                List.of(new EventLoopTasks(asker.eventLoop), new EventLoopTasks(asker.eventLoop)),
                List.of(new NettyPeerTransport(asker.loop, NioSocketChannel.class), asker.transport),
                control,
                asker.node::closeIncoming);
        several.call(peer, new Probe(), 20 * TestPeer.SECOND, replies);
        answers.take().answer(new ProbeAnswer());
        assertThat(replies.awaitOne()).isEqualTo(new ProbeAnswer());
        several.tell(peer, new Probe());
        assertThat(answers.poll(20, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void connection_that_is_hung_up_is_made_again() throws Exception {
        calls.hangUp(peer);
        asker.await(TestPeer.Disconnected.class);
        asker.await(TestPeer.Connected.class);
    }
}
