package io.kvorum.ring.quorum;

/**
 * Counts the answers to one read. Mutable, owned by the event loop of its request; may be used again after
 * {@link #begin}.
 */
public final class ReadTally {
    private int required;
    private int candidates;
    private int answers;
    private int failures;

    /** Starts a count: {@code r} answers are needed of {@code asked} replicas. */
    public Verdict begin(int r, int asked) {
        required = r;
        candidates = asked;
        answers = 0;
        failures = 0;
        return verdict();
    }

    /** One more replica is asked: a hedge, a hint holder, a fallback. */
    public Verdict onAsked() {
        candidates++;
        return verdict();
    }

    /** A replica answered, be it that it has no such key. */
    public Verdict onAnswer() {
        answers++;
        return checked();
    }

    /** A replica failed, missed its deadline, or has no opinion, as a fallback without a hint for the key. */
    public Verdict onFailed() {
        failures++;
        return checked();
    }

    /** Returns what the count says now. */
    public Verdict verdict() {
        if (answers >= required) {
            return Verdict.MET;
        }
        return answers + outstanding() < required ? Verdict.IMPOSSIBLE : Verdict.PENDING;
    }

    /** Returns how many answers are needed. */
    public int required() {
        return required;
    }

    /** Returns how many replicas answered. */
    public int answers() {
        return answers;
    }

    /** Returns how many replicas failed or had no opinion. */
    public int failures() {
        return failures;
    }

    /** Returns how many replicas have been asked and have said nothing yet. */
    public int outstanding() {
        return candidates - answers - failures;
    }

    private Verdict checked() {
        if (outstanding() < 0) {
            throw new IllegalStateException(answers + " answers and " + failures + " failures of " + candidates);
        }
        return verdict();
    }
}
