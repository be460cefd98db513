package io.kvorum.server.peer;

import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Rejected;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that another node made: requests come in, answers go back. Owned by its loop. While too many bytes of
 * answers wait to be sent, no further request is run, not even one that has been received: a thousand small requests may
 * ask for a thousand large values.
 */
final class IncomingConnection extends PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(IncomingConnection.class);

    private int peer = PeerTransport.SELF;
    private String name = "";

    /** Whether the other node is in no cluster yet, and may only ask to be let in. */
    private boolean newcomer;

    IncomingConnection(PeerLoop loop) {
        super(loop, Handshake.acceptor(loop.node.rules, loop.node.key, loop.ownHello()));
    }

    @Override
    void onOpen() {
        loop.strangers.add(this);
    }

    /** So many strangers connect that the oldest of them have to go. */
    void crowdOut() {
        node.logCrowdedOut(who());
        close();
    }

    /** This node stops: who has not been told, and does not hang up by itself, is hung up on. */
    void letGo() {
        if (!isEstablished() || newcomer || !MessageType.PARTING.isSpokenIn(version())) {
            close();
        }
    }

    @Override
    @Nullable
    Rejected onEstablished(Hello theirs) {
        if (PeerIdentity.isNewcomer(theirs)) {
            // It stays among the strangers: it has one question, and there may be many of its kind.
            newcomer = true;
            name = theirs.nodeName() + " at ";
            return null;
        }
        loop.strangers.remove(this);
        PeerDirectory.Entry entry = node.directory.get().find(theirs.nodeId());
        if (entry == null) {
            return node.rules.check(theirs, null);
        }
        if (!node.sessions.admit(theirs.nodeId(), theirs.bootId(), channel())) {
            return node.rules.clonedIdentity(theirs);
        }
        node.links.add(channel(), theirs.nodeId(), true, node.clock.wallMillis());
        peer = entry.peer();
        name = theirs.nodeName() + " at ";
        node.events.approached(peer);
        return null;
    }

    @Override
    void onRejected(boolean byThem, Rejected rejected) {}

    @Override
    void onFrame(PeerFrame frame, @Nullable MessageType type, long nowNanos) {
        long correlationId = frame.correlationId();
        if (type == null) {
            send(correlationId, new Refusal("unknown message type " + frame.type()));
            return;
        }
        PeerRequestHandler handler = loop.dispatch.handler(type);
        if (handler == null || (newcomer && type != MessageType.JOIN)) {
            send(correlationId, new Refusal(type + " is not served here"));
            return;
        }
        // What needs no answer is never too late.
        long deadlineNanos =
                correlationId == NO_CORRELATION ? nowNanos : PeerClock.deadlineNanos(frame.time(), nowNanos);
        FrameInfo info = new FrameInfo(deadlineNanos, frame.senderClock());
        PeerMessage request = decode(frame, type);
        try {
            handler.handle(peer, request, info, new AnswerTo(correlationId));
        } catch (RuntimeException bug) {
            node.counters.handlerFailures.increment();
            LOG.error("serving {} of {} failed", type, who(), bug);
            send(correlationId, new Refusal("internal error: " + bug));
        }
    }

    @Override
    void onEnd(boolean wasEstablished) {
        loop.strangers.remove(this);
        node.links.remove(channel());
        if (theirId() != null && !newcomer) {
            node.sessions.ended(theirId(), channel());
        }
    }

    @Override
    boolean mayRead() {
        return channel().isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            // By a task of its own: who made room is in the middle of something else.
            context.executor().execute(this::readOn);
        } else {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    String who() {
        return name + channel().remoteAddress();
    }

    private void send(long correlationId, PeerMessage message) {
        if (correlationId == NO_CORRELATION || !isEstablished()) {
            return;
        }
        if (sender().append(version(), correlationId, message) == FrameSender.TOO_LONG) {
            sender().append(version(), correlationId, new Refusal("the answer is longer than a frame may be"));
        }
    }

    private final class AnswerTo implements Answer {
        private final long correlationId;

        AnswerTo(long correlationId) {
            this.correlationId = correlationId;
        }

        @Override
        public void answer(PeerMessage message) {
            if (loop.eventLoop.inEventLoop()) {
                send(correlationId, message);
            } else {
                loop.eventLoop.execute(() -> send(correlationId, message));
            }
        }
    }
}
