package io.kvorum.server.runtime;

/**
 * One thread's queue of tasks, now and later: how state that one thread owns is reached from others. Its tasks run one
 * after the other. Safe from every thread.
 */
public interface TaskLoop {
    /**
     * Runs a task soon.
     *
     * @return false if the loop is closed or its queue is full: the task will not run
     */
    boolean execute(Runnable task);

    /**
     * Runs a task soon, however many wait: for the end of something that this loop began, and whose number is bounded where
     * it begins. What {@link #execute} turns away is never done, and who waits for an answer would wait for ever. Not run if
     * the loop is closed first.
     */
    default void handBack(Runnable task) {
        if (!execute(task)) {
            schedule(0, task);
        }
    }

    /** Runs a task once, after a delay of at least 0 ns. Not run if the loop is closed first. */
    Scheduled schedule(long delayNanos, Runnable task);

    /** Runs a task again and again, the first time after one interval; each pause is counted from the end of a run. */
    Scheduled every(long intervalNanos, Runnable task);

    /** Whether the caller is on this loop's thread. */
    boolean inLoop();

    /** A task that has been scheduled. Safe from every thread. */
    interface Scheduled {
        /** Keeps the task from running again; one that runs at this moment is not disturbed. */
        void cancel();
    }
}
