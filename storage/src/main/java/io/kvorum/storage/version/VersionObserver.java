package io.kvorum.storage.version;

/**
 * Told of what is rare and should be counted or logged. Called on the caller's thread, maybe under a partition's lock:
 * implementations count, and leave the rest for later.
 */
public interface VersionObserver {
    /** Looks away. */
    VersionObserver NONE = new VersionObserver() {};

    /**
     * One dot stood for two different contents, both of which are kept; its actor's identity is damaged, and its owner
     * must go on under a new one.
     */
    default void damagedIdentity(long actor, long stamp) {}

    /** A superseded dot was forgotten because a record lists at most 16: the value it names could come back. */
    default void supersededForgotten(long actor, long stamp) {}

    /** A merge made a counter's number leave 64 bits; it is shown as the nearest number that does not. */
    default void counterSaturated() {}

    /** A write left this many siblings, {@link Versions#SIBLINGS_WARN} or more. */
    default void manySiblings(int count) {}

    /** A write superseded this many of the oldest siblings because there would be more than the limit. */
    default void siblingsSuperseded(int count) {}
}
