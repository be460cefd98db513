package io.kvorum.server.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens when its time has come, unless it is cancelled before. Operations extend it, so that to
 * schedule one allocates nothing. Owned by the thread of the {@link DeadlineWheel} it is scheduled on; on one wheel at
 * a time.
 */
public abstract class Deadline {
    /** Neighbours in the wheel's ring of deadlines; both null while not scheduled. */
    @Nullable
    Deadline previous;

    @Nullable
    Deadline next;

    long dueTick;

    /** Called once by {@link DeadlineWheel#advance}; may schedule and cancel anything, this deadline included. */
    protected abstract void onDeadline(long nowNanos);

    /** Whether it waits on a wheel. */
    public final boolean isScheduled() {
        return next != null;
    }
}
