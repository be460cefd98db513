package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the control thread by way of the first event loop's connections. Only hands over, from and to: the loop owns
 * the calls, the control thread the handlers.
 */
public final class LoopPeerCalls implements PeerCalls {
    private final Clock clock;
    private final TaskLoop loop;
    private final List<? extends PeerLines> lines;
    private final TaskLoop control;
    private final IntConsumer closeIncoming;

    /**
     * Joins the parts.
     *
     * @param loop the loop of the first lines
     * @param lines of all loops
     * @param control where handlers are called
     * @param closeIncoming ends the connections that a peer made to this node
     */
    public LoopPeerCalls(
            Clock clock, TaskLoop loop, List<? extends PeerLines> lines, TaskLoop control, IntConsumer closeIncoming) {
        this.clock = clock;
        this.loop = loop;
        this.lines = List.copyOf(lines);
        this.control = control;
        this.closeIncoming = closeIncoming;
    }

    @Override
    public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
        if (!loop.execute(() -> new Call(peer, handler).send(request, timeoutNanos))) {
            control.schedule(0, () -> handler.onLost(peer));
        }
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        // Not handed over only while the loop closes: such a message may be lost.
        loop.execute(() -> lines.get(0).tell(peer, message));
    }

    @Override
    public void dial(int peer) {
        lines.forEach(each -> each.dial(peer));
    }

    @Override
    public void refresh() {
        lines.forEach(PeerLines::refresh);
    }

    @Override
    public void hangUp(int peer) {
        closeIncoming.accept(peer);
        lines.forEach(each -> each.hangUp(peer));
    }

    @Override
    public void letGo(int peer) {
        lines.forEach(each -> each.letGo(peer));
    }

    /** One call: whatever comes first of answer, loss and deadline is what it came to. Owned by the loop. */
    private final class Call implements ReplyHandler {
        private final int peer;
        private final ReplyHandler handler;
        private TaskLoop.@Nullable Scheduled timeout;
        private boolean over;

        Call(int peer, ReplyHandler handler) {
            this.peer = peer;
            this.handler = handler;
        }

        void send(PeerMessage request, long timeoutNanos) {
            PeerTransport transport = lines.get(0);
            long call = transport.call(peer, request, clock.nanoTime() + timeoutNanos, this);
            if (call == PeerTransport.NOT_SENT) {
                onLost(peer);
            } else if (!over) {
                timeout = loop.schedule(timeoutNanos, () -> {
                    transport.forget(peer, call);
                    onLost(peer);
                });
            }
        }

        @Override
        public void onReply(int from, PeerMessage reply) {
            handBack(() -> handler.onReply(from, reply));
        }

        @Override
        public void onLost(int from) {
            handBack(() -> handler.onLost(from));
        }

        private void handBack(Runnable outcome) {
            if (over) {
                return;
            }
            over = true;
            if (timeout != null) {
                timeout.cancel();
            }
            // Calls have a bound of their own.
            control.handBack(outcome);
        }
    }
}
