package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the control thread by way of the first event loop's connections, or those of the next one where it has none: a
 * peer is there if any loop reaches it. Only hands over, from and to: the loop owns the calls, the control thread the
 * handlers.
 */
public final class LoopPeerCalls implements PeerCalls {
    private final Clock clock;
    private final List<TaskLoop> loops;
    private final List<? extends PeerLines> lines;
    private final TaskLoop control;
    private final IntConsumer closeIncoming;

    /**
     * Joins the parts.
     *
     * @param loops all loops
     * @param lines theirs, in the same order
     * @param control where handlers are called
     * @param closeIncoming ends the connections that a peer made to this node
     */
    public LoopPeerCalls(
            Clock clock,
            List<? extends TaskLoop> loops,
            List<? extends PeerLines> lines,
            TaskLoop control,
            IntConsumer closeIncoming) {
        this.clock = clock;
        this.loops = List.copyOf(loops);
        this.lines = List.copyOf(lines);
        this.control = control;
        this.closeIncoming = closeIncoming;
    }

    @Override
    public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
        new Call(peer, request, timeoutNanos, handler).sendBy(0);
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        tellBy(0, peer, message);
    }

    private void tellBy(int place, int peer, PeerMessage message) {
        // Not handed over only while the loop closes: such a message may be lost.
        loops.get(place).execute(() -> {
            if (lines.get(place).isReachable(peer) || place + 1 == loops.size()) {
                lines.get(place).tell(peer, message);
            } else {
                tellBy(place + 1, peer, message);
            }
        });
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

    /** One call: whatever comes first of answer, loss and deadline is what it came to. Owned by the loop that sends it. */
    private final class Call implements ReplyHandler {
        private final int peer;
        private final PeerMessage request;
        private final long timeoutNanos;
        private final ReplyHandler handler;
        private TaskLoop.@Nullable Scheduled timeout;
        private boolean over;

        Call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
            this.peer = peer;
            this.request = request;
            this.timeoutNanos = timeoutNanos;
            this.handler = handler;
        }

        /** Hands it to a loop, and that to the next if it cannot send it; nobody else knows of it until one could. */
        void sendBy(int place) {
            if (!loops.get(place).execute(() -> send(place))) {
                control.schedule(0, () -> handler.onLost(peer));
            }
        }

        /** The time runs from here: a loop that stood still is not a peer that was asked. */
        private void send(int place) {
            PeerTransport transport = lines.get(place);
            boolean last = place + 1 == loops.size();
            long call = last || transport.isReachable(peer)
                    ? transport.call(peer, request, clock.nanoTime() + timeoutNanos, this)
                    : PeerTransport.NOT_SENT;
            if (call != PeerTransport.NOT_SENT) {
                if (!over) {
                    timeout = loops.get(place).schedule(timeoutNanos, () -> {
                        transport.forget(peer, call);
                        onLost(peer);
                    });
                }
            } else if (last) {
                onLost(peer);
            } else {
                sendBy(place + 1);
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
