package io.kvorum.storage.journal;

/** What a journal can do at the moment. */
public enum JournalState {
    /** Not replayed yet: appends are refused. */
    OPENING,
    /** Takes entries. */
    RUNNING,
    /** Refused an entry for want of space; tries again by itself each second and after each release. */
    FULL,
    /** Refuses all entries: what was appended and not durable may be lost. Ends with {@link Journal#reset()}. */
    FAILED,
    /** Ended. */
    CLOSED
}
