package io.kvorum.server.background;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * How much of its time background work may use: a share for each job, all decided by one {@link Controller} unless an operator
 * says otherwise of one. A job works for a while, then asks how long to rest; so it takes the share that it is given, however
 * fast the machine is and whatever it waits for. Safe from every thread.
 */
public final class Budget {
    /** A job that was told to rest for long would not see that things are better. */
    static final long REST_NANOS_MAX = 5_000_000_000L;

    static final int PERCENT = 100;

    private final AtomicReferenceArray<Mode> modes = new AtomicReferenceArray<>(BackgroundJob.ALL.size());
    private final LongAdder[] worked =
            Stream.generate(LongAdder::new).limit(BackgroundJob.ALL.size()).toArray(LongAdder[]::new);
    private final AtomicIntegerArray lent = new AtomicIntegerArray(BackgroundJob.ALL.size());

    /** By job. Never changed, but replaced: any thread reads the latest. */
    private volatile double[] shares = new double[BackgroundJob.ALL.size()];

    /** All jobs may work all the time. */
    public Budget() {
        BackgroundJob.ALL.forEach(job -> mode(job, Mode.AUTO));
        Arrays.fill(shares, 1);
    }

    /** The share of its time that a job may use now: 0 if it is paused, up to 1. */
    public double share(BackgroundJob job) {
        return switch (mode(job)) {
            case AUTO -> shares[cell(job)];
            case PAUSED -> 0;
            case BOOSTED -> 1;
        };
    }

    /** Whether an operator has paused the job. */
    public boolean isPaused(BackgroundJob job) {
        return mode(job) == Mode.PAUSED;
    }

    /**
     * How long a job rests that has worked so long, in nanoseconds: not at all while nothing is in its way. Waiting for
     * answers of another node is work, too: the other one works then.
     */
    public long restNanos(BackgroundJob job, long workedNanos) {
        return restNanos(job, workedNanos, PERCENT, 1);
    }

    /**
     * The same for work that another node has a part in.
     *
     * @param theirPercent what that node leaves for it ({@link #percentForOthers})
     * @param sharers with how many nodes the job works at a time: they have its share together
     */
    long restNanos(BackgroundJob job, long workedNanos, int theirPercent, int sharers) {
        worked[cell(job)].add(workedNanos);
        boolean boosted = mode(job) == Mode.BOOSTED;
        double allowed = boosted ? 1 : Math.min(theirPercent / (double) PERCENT, share(job) / Math.max(1, sharers));
        return allowed >= 1 ? 0 : (long) Math.min(REST_NANOS_MAX, workedNanos / allowed - workedNanos);
    }

    /** Whether clients of this node or of another, which leaves so many percent, hold a job to less than all of its time. */
    boolean isHeld(BackgroundJob job, int theirPercent) {
        return mode(job) != Mode.BOOSTED && (theirPercent < PERCENT || share(job) < 1);
    }

    /**
     * The share of the time, in percent from 1, that a job of other nodes may take part in; where an operator has paused it
     * here, this node's own rests, not theirs.
     *
     * @param usedPercent what the other node used lately: none of it is taken back as unused
     */
    public int percentForOthers(BackgroundJob job, int usedPercent) {
        lent.accumulateAndGet(cell(job), usedPercent, Math::max);
        double allowed = mode(job) == Mode.BOOSTED ? 1 : shares[cell(job)];
        return Math.max(1, (int) Math.round(allowed * PERCENT));
    }

    /** The same for a node that goes on and on. */
    public int percentForOthers(BackgroundJob job) {
        return percentForOthers(job, PERCENT);
    }

    /** What others have used since this was asked last, up to 1. */
    double takeLent(BackgroundJob job) {
        return lent.getAndSet(cell(job), 0) / (double) PERCENT;
    }

    /** How long a job has worked since the start, in nanoseconds. */
    public long workedNanos(BackgroundJob job) {
        return worked[cell(job)].sum();
    }

    /** What an operator wants of a job. */
    public Mode mode(BackgroundJob job) {
        return modes.get(cell(job));
    }

    /** Says what an operator wants of a job. */
    public void mode(BackgroundJob job, Mode mode) {
        modes.set(cell(job), mode);
    }

    /** The largest share of a job of which no operator has said anything, above 0 up to 1. */
    public double share() {
        return Arrays.stream(shares).max().orElse(1);
    }

    /** What the controller gives each job, by its place among all; the caller lets go of it. */
    void shares(double[] newShares) {
        shares = newShares;
    }

    double[] shares() {
        return shares.clone();
    }

    @SuppressWarnings("EnumOrdinal") // never written anywhere
    private static int cell(BackgroundJob job) {
        return job.ordinal();
    }
}
