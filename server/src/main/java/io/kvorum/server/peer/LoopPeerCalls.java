package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.TaskLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the control thread by way of the first event loop's connections. Only hands over, from and to: the loop owns
 * the calls, the control thread the handlers.
 */
public final class LoopPeerCalls implements PeerCalls {
    private final PeerNode node;
    private final EventLoop loop;
    private final List<NettyPeerTransport> transports;
    private final TaskLoop control;

    /**
     * Joins the parts.
     *
     * @param loop the loop of the first transport
     * @param transports of all loops
     * @param control where handlers are called
     */
    public LoopPeerCalls(PeerNode node, EventLoop loop, List<NettyPeerTransport> transports, TaskLoop control) {
        this.node = node;
        this.loop = loop;
        this.transports = List.copyOf(transports);
        this.control = control;
    }

    @Override
    public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
        try {
            loop.execute(() -> new Call(peer, handler).send(request, timeoutNanos));
        } catch (RejectedExecutionException closing) {
            control.schedule(0, () -> handler.onLost(peer));
        }
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        try {
            loop.execute(() -> transports.get(0).tell(peer, message));
        } catch (RejectedExecutionException closing) {
            node.counters.notSent.increment();
        }
    }

    @Override
    public void dial(int peer) {
        transports.forEach(transport -> transport.dial(peer));
    }

    @Override
    public void refresh() {
        transports.forEach(NettyPeerTransport::refresh);
    }

    @Override
    public void hangUp(int peer) {
        node.sessions.close(node.directory.get().get(peer).id());
        transports.forEach(transport -> transport.hangUp(peer));
    }

    /** One call: whatever comes first of answer, loss and deadline is what it came to. Owned by the loop. */
    private final class Call implements ReplyHandler {
        private final int peer;
        private final ReplyHandler handler;
        private @Nullable Future<?> timeout;
        private boolean over;

        Call(int peer, ReplyHandler handler) {
            this.peer = peer;
            this.handler = handler;
        }

        void send(PeerMessage request, long timeoutNanos) {
            NettyPeerTransport transport = transports.get(0);
            long call = transport.call(peer, request, node.clock.nanoTime() + timeoutNanos, this);
            if (call == PeerTransport.NOT_SENT) {
                onLost(peer);
            } else if (!over) {
                timeout = loop.schedule(
                        () -> {
                            transport.forget(peer, call);
                            onLost(peer);
                        },
                        timeoutNanos,
                        TimeUnit.NANOSECONDS);
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
                timeout.cancel(false);
            }
            if (!control.execute(outcome)) {
                // The bound on tasks must not swallow what somebody waits for; calls have a bound of their own.
                control.schedule(0, outcome);
            }
        }
    }
}
