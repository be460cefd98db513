package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Rejected;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that this node made: requests go out, answers come back. Owned by its loop. */
final class PeerConnection extends PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);

    private final PeerDirectory.Entry peer;
    private final Dialer dialer;
    private final Hello ownHello;
    private final PendingCalls calls = new PendingCalls();

    /** Nothing more is asked, and this ends when all that was asked is answered. */
    private boolean lettingGo;

    PeerConnection(PeerLoop loop, PeerDirectory.Entry peer, Hello ownHello, Dialer dialer) {
        super(loop, Handshake.connector(peer.id(), loop.node.rules, loop.node.key, ownHello));
        this.peer = peer;
        this.ownHello = ownHello;
        this.dialer = dialer;
    }

    /** Sends a request; see {@link PeerTransport#call}. */
    long call(PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        if (!request.type().isSpokenIn(version())) {
            return PeerTransport.NOT_SENT;
        }
        ByteWriter payload = loop.payload();
        request.encode(payload);
        int bytes = FrameSender.frameBytes(payload);
        if (bytes - PeerFrame.LENGTH_BYTES > node.settings.frameBytesMax() || !hasRoom(bytes)) {
            return PeerTransport.NOT_SENT;
        }
        long call = calls.add(handler, bytes);
        if (call == PendingCalls.FULL) {
            return PeerTransport.NOT_SENT;
        }
        int until = theirClock.until(deadlineNanos, node.clock.nanoTime());
        sender().append(version(), call, until, request, payload);
        return call;
    }

    /** Sends a message that has no answer, unless the peer is too old for it; false if there is no room. */
    boolean tell(PeerMessage message) {
        if (!message.type().isSpokenIn(version())) {
            return true;
        }
        ByteWriter payload = loop.payload();
        message.encode(payload);
        int time = PeerClock.reading(node.clock.nanoTime());
        return hasRoom(FrameSender.frameBytes(payload))
                && sender().append(version(), NO_CORRELATION, time, message, payload) != FrameSender.TOO_LONG;
    }

    void forget(long call) {
        calls.remove(call);
        closeWhenAnswered();
    }

    /** Asks nothing more, and hangs up when all that was asked is answered, or given up. */
    void letGo() {
        lettingGo = true;
        closeWhenAnswered();
    }

    private void closeWhenAnswered() {
        if (lettingGo && calls.size() == 0) {
            close();
        }
    }

    /** Whether another small call would be sent. */
    boolean hasRoom() {
        return hasRoom(0);
    }

    /** A message longer than the bound is sent alone, else it could never be. */
    private boolean hasRoom(int bytes) {
        long unsent = sender().unsentBytes();
        long unanswered = calls.unansweredBytes();
        long max = node.settings.inflightBytesMax();
        return isEstablished()
                && !lettingGo
                && (unsent == 0 || unsent + bytes <= max)
                && (unanswered == 0 || unanswered + bytes <= max);
    }

    @Override
    void onOpen() {
        sendHandshake(ownHello);
    }

    @Override
    @Nullable
    Rejected onEstablished(Hello theirs) {
        node.links.add(channel(), theirs.nodeId(), false, node.clock.wallMillis());
        dialer.onEstablished(this, theirs.bootId());
        return null;
    }

    @Override
    void onRejected(boolean byThem, Rejected rejected) {
        node.events.rejected(peer.peer(), byThem, rejected);
    }

    @Override
    void onFrame(PeerFrame frame, @Nullable MessageType type, long nowNanos) {
        theirClock.heard(frame.time(), nowNanos);
        onAnswer(frame, type);
        closeWhenAnswered();
    }

    private void onAnswer(PeerFrame frame, @Nullable MessageType type) {
        ReplyHandler handler = calls.remove(frame.correlationId());
        if (handler == null) {
            node.counters.lateAnswers.increment();
        } else if (type == null) {
            node.logGarbage(who(), "answer of unknown type " + frame.type());
            lose(handler);
            close();
        } else {
            PeerMessage reply = decodeFor(handler, frame, type);
            if (reply.carriesRecords() && node.isStale(frame.senderClock())) {
                // What stood still on its way may be from before a reaping; who asked asks another, or again.
                node.counters.staleAnswers.increment();
                lose(handler);
                return;
            }
            try {
                handler.onReply(peer.peer(), reply);
            } catch (RuntimeException bug) {
                handlerFailed(bug);
            }
        }
    }

    /** Bytes that are no message end the connection, and the call that they should have answered with it. */
    private PeerMessage decodeFor(ReplyHandler handler, PeerFrame frame, MessageType type) {
        boolean decoded = false;
        try {
            PeerMessage reply = decode(frame, type);
            decoded = true;
            return reply;
        } finally {
            if (!decoded) {
                lose(handler);
            }
        }
    }

    /** Answers are always taken: so two nodes never wait for each other. */
    @Override
    boolean mayRead() {
        return true;
    }

    @Override
    void onEnd(boolean wasEstablished) {
        node.links.remove(channel());
        dialer.onEnd(this, wasEstablished);
        for (ReplyHandler handler = calls.removeAny(); handler != null; handler = calls.removeAny()) {
            lose(handler);
        }
    }

    private void lose(ReplyHandler handler) {
        node.counters.lost.increment();
        try {
            handler.onLost(peer.peer());
        } catch (RuntimeException bug) {
            handlerFailed(bug);
        }
    }

    /** A bug in one operation must not take the connection from all the others. */
    private void handlerFailed(RuntimeException bug) {
        node.counters.handlerFailures.increment();
        LOG.error("an operation failed over what {} answered", who(), bug);
    }

    @Override
    String who() {
        return peer.toString();
    }
}
