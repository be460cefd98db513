package io.kvorum.storage.engine;

/** When the changes of an engine are on disk, so that they survive a crash of the machine. */
public enum Durability {
    /** Never: no replica of this engine counts for DW. */
    NONE,
    /** Soon after, or once somebody waits for it: {@link StorageEngine#whenDurable}. A crash of the process alone loses nothing. */
    SOON,
    /** Before they are acknowledged: whoever acknowledges must wait for it. */
    BEFORE_ACKNOWLEDGED
}
