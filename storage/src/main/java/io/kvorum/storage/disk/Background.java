package io.kvorum.storage.disk;

/**
 * A thread of the storage's own that may wait for the disk. Its tasks run one after the other. Any thread may hand it
 * some. One that throws ends nothing but itself; whoever made the thread says so in the log.
 */
public interface Background {
    /** Runs a task soon, in the order given. Not run once the thread is closed. */
    void execute(Runnable task);

    /** Runs a task once, after a delay of at least 0 ns. Not run once the thread is closed. */
    void schedule(long delayNanos, Runnable task);

    /** A clock that only goes forward. */
    long nanoTime();
}
