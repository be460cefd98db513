package io.kvorum.ring.quorum;

/**
 * The acknowledgement of an owner and the node that is taking its place, which count as one toward W: the
 * pair acknowledges when both have, on disk if both have it there. Mutable, owned by the event loop of its request.
 *
 * <p>Were they counted singly, W could be met by the two of them, and one of the two is about to vanish.
 */
public final class PairAck {
    private int acks;
    private int durableAcks;
    private boolean failed;

    /** One of the two acknowledged, or a fallback took a hint for it. */
    public Verdict onAck(boolean durable) {
        acks++;
        durableAcks += durable ? 1 : 0;
        if (acks > 2) {
            throw new IllegalStateException("third acknowledgement of a pair");
        }
        return verdict();
    }

    /** One of the two failed and no fallback stands in for it. */
    public Verdict onFailed() {
        failed = true;
        return verdict();
    }

    /** Returns MET when both acknowledged, IMPOSSIBLE once one failed. */
    public Verdict verdict() {
        if (failed) {
            return Verdict.IMPOSSIBLE;
        }
        return acks == 2 ? Verdict.MET : Verdict.PENDING;
    }

    /** Returns whether both have the write on disk. */
    public boolean durable() {
        return durableAcks == 2;
    }
}
