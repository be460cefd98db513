package io.kvorum.ring.quorum;

/**
 * Counts the acknowledgements of one write. Mutable, owned by the event loop of its request; may be used again after
 * {@link #begin}.
 *
 * <p>A candidate answers once. Where DW is asked for, a replica that will have the write on disk answers when it has; an
 * acknowledgement that was not durable never becomes so.
 */
public final class WriteTally {
    private int required;
    private int requiredDurable;
    private boolean strict;
    private int candidates;
    private int acks;
    private int durableAcks;
    private int uncounted;
    private int failures;

    /**
     * Starts a count.
     *
     * @param quorum already clamped to the partition's settled owners
     * @param asked how many replicas, the coordinator's own included, the write goes to
     */
    public Verdict begin(Quorum quorum, int asked) {
        required = quorum.w();
        requiredDurable = quorum.dw();
        strict = quorum.strict();
        candidates = asked;
        acks = 0;
        durableAcks = 0;
        uncounted = 0;
        failures = 0;
        return verdict();
    }

    /** One more replica is sent the write: a fallback that takes the place of an owner. */
    public Verdict onAsked() {
        candidates++;
        return verdict();
    }

    /** A settled owner, or the pair of an owner and the node that takes its place, acknowledged. */
    public Verdict onAck(boolean durable) {
        acks++;
        durableAcks += durable ? 1 : 0;
        return checked();
    }

    /** A fallback acknowledged, with a hint; under STRICT it holds the write but does not count. */
    public Verdict onHintedAck(boolean durable) {
        if (!strict) {
            return onAck(durable);
        }
        return onUncountedAck();
    }

    /** A replica that does not count, such as an owner not settled, acknowledged. */
    public Verdict onUncountedAck() {
        uncounted++;
        return checked();
    }

    /** A replica failed or missed its deadline: it may hold the write all the same. */
    public Verdict onFailed() {
        failures++;
        return checked();
    }

    /** Returns what the count says now. */
    public Verdict verdict() {
        if (acks >= required && durableAcks >= requiredDurable) {
            return Verdict.MET;
        }
        int most = outstanding();
        boolean possible = acks + most >= required && durableAcks + most >= requiredDurable;
        return possible ? Verdict.PENDING : Verdict.IMPOSSIBLE;
    }

    /** Returns how many acknowledgements are needed. */
    public int required() {
        return required;
    }

    /** Returns how many of them are needed from disk. */
    public int requiredDurable() {
        return requiredDurable;
    }

    /** Returns how many acknowledgements counted. */
    public int acks() {
        return acks;
    }

    /** Returns how many of them were from disk. */
    public int durableAcks() {
        return durableAcks;
    }

    /** Returns how many replicas are known to hold the write, those that do not count included. */
    public int holders() {
        return acks + uncounted;
    }

    /** Returns how many replicas failed or missed their deadline. */
    public int failures() {
        return failures;
    }

    /** Returns how many replicas have been sent the write and have said nothing yet. */
    public int outstanding() {
        return candidates - acks - uncounted - failures;
    }

    private Verdict checked() {
        if (outstanding() < 0) {
            throw new IllegalStateException(
                    acks + "+" + uncounted + " acks and " + failures + " failures of " + candidates);
        }
        return verdict();
    }
}
