package io.kvorum.ring.quorum;

/** What a tally says after each answer. */
public enum Verdict {
    /** Answers are missing, and those outstanding may still be enough. */
    PENDING,
    /** Enough have answered. Stays so whatever comes later. */
    MET,
    /** Those outstanding cannot be enough. Another candidate makes it pending again. */
    IMPOSSIBLE
}
