package io.kvorum.storage.table;

/** What a table remembers of its records beside themselves. */
public enum TableKind {
    /** Nothing. */
    PLAIN(false, false),
    /** How often each is read: to choose what goes when there is no room. */
    CACHED(false, true),
    /** Which are newer than their checkpoint. */
    CHECKPOINTED(true, false),
    /** Which are newer than their checkpoint, which have their values there alone, and how often each is read. */
    CHECKPOINTED_AND_COLD(true, true);

    private final boolean dirty;
    private final boolean heat;

    TableKind(boolean dirty, boolean heat) {
        this.dirty = dirty;
        this.heat = heat;
    }

    /** Whether a record that is newer than its checkpoint can be found. */
    public boolean tracksDirty() {
        return dirty;
    }

    /** Whether it is known how often a record is read. */
    public boolean tracksHeat() {
        return heat;
    }
}
