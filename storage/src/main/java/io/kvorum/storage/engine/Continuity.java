package io.kvorum.storage.engine;

/** What is known of the data that a start finds, from how the life before ended. */
public enum Continuity {
    /** The life before ended in order, and this is what it left: its actors go on. */
    WHOLE,
    /** The life before was cut off, but nothing that was acknowledged is missing: the copies stay settled, under new actors. */
    CUT_OFF,
    /** Something may be missing: the copies are unsettled, under new actors. */
    DOUBTFUL;

    /** The worse of two. */
    public Continuity and(Continuity other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
