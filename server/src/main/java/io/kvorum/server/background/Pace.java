package io.kvorum.server.background;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;

/**
 * The pace of a job that has several things under way at a time, with one other node or with several: it works while anything
 * is under way, however much, and rests before it begins the next. What is under way when a rest begins is not cut off, and
 * counts on. Owned by the control thread.
 */
public final class Pace {
    /** A job that was told to rest for long would not see that things are better. */
    private static final long REST_NANOS_MAX = 5_000_000_000L;

    /** How often a paused job looks whether it may go on. */
    private static final long PAUSED_NANOS = 500_000_000L;

    private final Budget budget;
    private final BackgroundJob job;
    private final TaskLoop control;
    private final Clock clock;
    private int underWay;
    private long countedNanos;
    private long restUntilNanos;
    private long workedNanos;

    /** Nothing is under way, and the job may begin. */
    public Pace(Budget budget, BackgroundJob job, TaskLoop control, Clock clock) {
        this.budget = budget;
        this.job = job;
        this.control = control;
        this.clock = clock;
        this.restUntilNanos = clock.nanoTime();
    }

    /** Runs the next piece of work when the job has rested and is not paused: at once if that is now. */
    public void whenRested(Runnable work) {
        long nanos = budget.isPaused(job) ? PAUSED_NANOS : restNanos();
        if (nanos <= 0) {
            work.run();
        } else {
            control.schedule(nanos, () -> whenRested(work));
        }
    }

    /** How long the job has to rest from now on, in nanoseconds; not above 0 if it may go on. */
    public long restNanos() {
        return restUntilNanos - clock.nanoTime();
    }

    /** Something is under way from now on, until {@link #ended} or {@link #lost} says that it is not. */
    public void begun() {
        if (underWay++ == 0) {
            countedNanos = clock.nanoTime();
        }
    }

    /** What was under way has come to its end, with all that there was to be done with it here. */
    public void ended() {
        ended(Budget.PERCENT);
    }

    /**
     * The same where the other node has a say.
     *
     * @param theirPercent what its clients leave for it ({@link Budget#percentForOthers})
     */
    public void ended(int theirPercent) {
        long now = clock.nanoTime();
        long worked = now - countedNanos;
        workedNanos += worked;
        long rest = budget.restNanos(job, worked, theirPercent);
        long begin = Math.max(0, restUntilNanos - now);
        restUntilNanos = now + Math.min(REST_NANOS_MAX, begin + rest);
        countedNanos = now;
        underWay--;
    }

    /** How long the job was at work in all, in nanoseconds. */
    long workedNanos() {
        return workedNanos;
    }

    /** What was under way will not come to its end. Nobody worked while this node waited for nothing. */
    public void lost() {
        underWay--;
        countedNanos = clock.nanoTime();
    }
}
