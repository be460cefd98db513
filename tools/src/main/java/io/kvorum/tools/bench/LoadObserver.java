package io.kvorum.tools.bench;

/**
 * Told of each operation that is measured, when it is over. Called on the event loops of the load, and so from
 * several threads if there are several; returns soon, for the next operation waits.
 */
@FunctionalInterface
public interface LoadObserver {
    /** Looks away. */
    LoadObserver NONE = (intendedNanos, overNanos) -> {};

    /**
     * An operation was answered, with a value or an error, or given up.
     *
     * @param intendedNanos when it should have started, on the clock of the load
     * @param overNanos when that was, on the same clock
     */
    void over(long intendedNanos, long overNanos);
}
