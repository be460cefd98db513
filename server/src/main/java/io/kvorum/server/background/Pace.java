package io.kvorum.server.background;

/**
 * The pace of a job with one other node: it works while anything is under way, however much, and rests before it begins the
 * next. What is under way when a rest begins is not cut off, and counts on. Owned by the control thread.
 */
public final class Pace {
    /** How often a paused job looks whether it may go on. */
    private static final long PAUSED_NANOS = 500_000_000L;

    /** Of what may be done at a time while nothing is in the way. */
    private static final int GENTLE_PART = 8;

    private final Paces all;
    private int underWay;

    /** Whether clients were in its way when it ended something last; it begins as if they were. */
    private boolean held = true;

    private long countedNanos;
    private long restUntilNanos;
    private long workedNanos;

    /** Nothing is under way, and the job may begin. */
    Pace(Paces all) {
        this.all = all;
        this.restUntilNanos = all.clock.nanoTime();
    }

    /** Runs the next piece of work when the job has rested and is not paused: at once if that is now. */
    public void whenRested(Runnable work) {
        long nanos = all.budget.isPaused(all.job) ? PAUSED_NANOS : restNanos();
        if (nanos <= 0) {
            work.run();
        } else {
            all.control.schedule(nanos, () -> whenRested(work));
        }
    }

    /** How long the job has to rest from now on, in nanoseconds; not above 0 if it may go on. */
    public long restNanos() {
        return restUntilNanos - all.clock.nanoTime();
    }

    /**
     * How much to do at a time: while it goes on it has a processor, whatever share of the time it goes on for, and where that
     * is in the way of clients it is an eighth.
     *
     * @param most what is done at a time while nothing is in the way, from 1
     */
    public int atATime(int most) {
        return held ? Math.max(1, most / GENTLE_PART) : most;
    }

    /** Something is under way from now on, until {@link #ended} or {@link #idled} says that it is not. */
    public void begun() {
        if (underWay++ == 0) {
            countedNanos = all.clock.nanoTime();
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
        long now = all.clock.nanoTime();
        long worked = now - countedNanos;
        workedNanos += worked;
        long rest = all.budget.restNanos(all.job, worked, theirPercent, all.active());
        held = all.budget.isHeld(all.job, theirPercent);
        long begin = Math.max(0, restUntilNanos - now);
        restUntilNanos = now + Math.min(Budget.REST_NANOS_MAX, begin + rest);
        countedNanos = now;
        underWay--;
    }

    /** How long the job was at work in all, in nanoseconds. */
    long workedNanos() {
        return workedNanos;
    }

    /** Nothing is under way any more, and it was no work: no answer came, or there was nothing to do. */
    public void idled() {
        underWay--;
    }

    boolean isActive() {
        return underWay > 0 || restNanos() > 0;
    }
}
