package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.Rejected;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that this node made: requests go out, answers come back. Owned by its loop.
 *
 * <p>Each loop has its own, and any of them alone may lead nowhere: a machine on the way has forgotten it, or one of several
 * paths is broken. The failure detector hears of the peer by the first loop's, and the operating system goes on repeating lost
 * packets for many minutes. So where calls are given up and nothing has come for a while, the peer is asked for a sign of life,
 * which it gives at once whatever else it waits for; without one the connection ends, and is made anew.
 */
final class PeerConnection extends PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
    private static final long SILENT_NANOS_MAX = 2_000_000_000L;
    private static final long SIGN_OF_LIFE_NANOS = 1_000_000_000L;

    private static final ReplyHandler SIGN_OF_LIFE = new ReplyHandler() {
        @Override
        public void onReply(int from, PeerMessage reply) {
            // Whatever comes is one, for the connection to see.
        }

        @Override
        public void onLost(int from) {
            // The connection has ended by itself.
        }
    };

    private final PeerDirectory.Entry peer;
    private final Dialer dialer;
    private final Hello ownHello;
    private final PendingCalls calls = new PendingCalls();

    /** Nothing more is asked, and this ends when all that was asked is answered. */
    private boolean lettingGo;

    /** Whether something was asked since the last frame came; and since when. */
    private boolean owed;

    private long owedSinceNanos;

    /** Ends the connection, unless a frame comes before. */
    private @Nullable Future<?> ending;

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
        return send(request, payload, bytes, deadlineNanos, handler);
    }

    private long send(PeerMessage request, ByteWriter payload, int bytes, long deadlineNanos, ReplyHandler handler) {
        long call = calls.add(handler, bytes);
        if (call == PendingCalls.FULL) {
            return PeerTransport.NOT_SENT;
        }
        long nowNanos = node.clock.nanoTime();
        owe(nowNanos);
        int until = theirClock.until(deadlineNanos, nowNanos);
        sender().append(version(), call, until, request, payload);
        return call;
    }

    private void owe(long nowNanos) {
        if (!owed) {
            owed = true;
            owedSinceNanos = nowNanos;
        }
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
        if (calls.remove(call) != null) {
            askForSignOfLife();
        }
        closeWhenAnswered();
    }

    /** A call was given up. Asks even where there is no room: it may be that nothing leaves any more. */
    private void askForSignOfLife() {
        long nowNanos = node.clock.nanoTime();
        if (!owed || nowNanos - owedSinceNanos < SILENT_NANOS_MAX || ending != null || lettingGo || !isEstablished()) {
            return;
        }
        Probe probe = new Probe();
        ByteWriter payload = loop.payload();
        probe.encode(payload);
        int bytes = FrameSender.frameBytes(payload);
        var unused = send(probe, payload, bytes, nowNanos + SIGN_OF_LIFE_NANOS, SIGN_OF_LIFE);
        ending = loop.eventLoop.schedule(this::endSilent, SIGN_OF_LIFE_NANOS, TimeUnit.NANOSECONDS);
    }

    private void endSilent() {
        LOG.debug("a connection to {} seems dead", who());
        close();
    }

    private void cancelEnding() {
        Future<?> waiting = ending;
        if (waiting != null) {
            waiting.cancel(false);
            ending = null;
        }
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
        owed = false;
        cancelEnding();
        onAnswer(frame, type);
        if (calls.size() > 0) {
            owe(nowNanos);
        }
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
        cancelEnding();
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
