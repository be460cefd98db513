package io.kvorum.server.peer;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Counts of the peer connections of a node, for metrics. Safe from every thread. */
public final class PeerCounters {
    final LongAdder framesSent = new LongAdder();
    final LongAdder framesReceived = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();
    final LongAdder notSent = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder lateAnswers = new LongAdder();
    final LongAdder staleAnswers = new LongAdder();
    final LongAdder garbage = new LongAdder();
    final LongAdder handshakeTimeouts = new LongAdder();
    final LongAdder crowdedOut = new LongAdder();
    final LongAdder rejectedByUs = new LongAdder();
    final LongAdder rejectedByThem = new LongAdder();
    final LongAdder handlerFailures = new LongAdder();
    final LongAccumulator skewMillisMax = new LongAccumulator(Math::max, 0);

    /** Frames written. */
    public long framesSent() {
        return framesSent.sum();
    }

    /** Frames received after the handshake. */
    public long framesReceived() {
        return framesReceived.sum();
    }

    /** Bytes of the frames written, handshakes included. */
    public long bytesSent() {
        return bytesSent.sum();
    }

    /** Bytes received, whatever they are. */
    public long bytesReceived() {
        return bytesReceived.sum();
    }

    /** Calls refused because there was no connection or too much in flight. */
    public long notSent() {
        return notSent.sum();
    }

    /** Calls whose connection ended before the answer. */
    public long lost() {
        return lost.sum();
    }

    /** Answers that came when nobody waited any longer. */
    public long lateAnswers() {
        return lateAnswers.sum();
    }

    /** Answers with records that were on their way for so long that they were not taken. */
    public long staleAnswers() {
        return staleAnswers.sum();
    }

    /** Connections closed because they sent what is no frame or no message. */
    public long garbage() {
        return garbage.sum();
    }

    /** Connections closed because their handshake took too long. */
    public long handshakeTimeouts() {
        return handshakeTimeouts.sum();
    }

    /** Connections closed before their handshake because too many others came without one. */
    public long crowdedOut() {
        return crowdedOut.sum();
    }

    /** Handshakes that this node refused. */
    public long rejectedByUs() {
        return rejectedByUs.sum();
    }

    /** Handshakes in which this node was refused. */
    public long rejectedByThem() {
        return rejectedByThem.sum();
    }

    /** Requests and answers whose handler threw: each is a bug. */
    public long handlerFailures() {
        return handlerFailures.sum();
    }

    /** By how much the furthest clock of a peer was beyond the drift bound, in milliseconds, since the last call. */
    public long takeSkewMillisMax() {
        return skewMillisMax.getThenReset();
    }
}
