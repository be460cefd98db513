package io.kvorum.server.background;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Looks once a second at what clients notice, and has the share of background work decided by it. {@link #tick} belongs to
 * one thread; the rest is for any.
 */
public final class Admission {
    private static final int RATE_SECONDS = 10;

    private final Budget budget;
    private final Controller controller;
    private final Foreground foreground = new Foreground();
    private final Map<BackgroundJob, Tracked> tracked = new ConcurrentHashMap<>();
    private int ticks;
    private volatile BackgroundStatus status;

    /** A job's progress, and what it had done at each of the last ticks. */
    private record Tracked(JobProgress progress, long[] done) {}

    /**
     * Admits everything until it is told more.
     *
     * @param targetNanos above this clients wait too long
     */
    public Admission(Budget budget, long targetNanos) {
        this.budget = budget;
        this.controller = new Controller(targetNanos, budget);
        this.status = status(0);
    }

    /** Shows a job, too. */
    public void track(BackgroundJob job, JobProgress progress) {
        long[] done = new long[RATE_SECONDS + 1];
        Arrays.fill(done, progress.done().getAsLong());
        tracked.put(job, new Tracked(progress, done));
    }

    /**
     * Decides. To be called once a second.
     *
     * @param counts see {@link Foreground#look}
     * @param queueWaitNanos how long event loops took to come to what they were given
     */
    public void tick(Function<long[], long[]> counts, long queueWaitNanos) {
        foreground.look(counts);
        controller.decide(foreground, queueWaitNanos);
        ticks++;
        tracked.values()
                .forEach(job -> job.done()[ticks % (RATE_SECONDS + 1)] =
                        job.progress().done().getAsLong());
        status = status(queueWaitNanos);
    }

    /** What an operator wants of a job, from now on. */
    public void mode(BackgroundJob job, Mode mode) {
        budget.mode(job, mode);
    }

    /** How long a job has worked since the start, in nanoseconds; 0 if it is none of this node. */
    public long workedNanos(BackgroundJob job) {
        Tracked counted = tracked.get(job);
        return counted == null ? 0 : counted.progress().workedNanos().getAsLong();
    }

    /** The budget that this decides. */
    public Budget budget() {
        return budget;
    }

    /** As it was at the last tick; modes as they are now. */
    public BackgroundStatus status() {
        BackgroundStatus last = status;
        List<BackgroundStatus.Job> jobs = new ArrayList<>();
        for (BackgroundStatus.Job job : last.jobs()) {
            jobs.add(new BackgroundStatus.Job(
                    job.job(),
                    budget.mode(job.job()),
                    budget.share(job.job()),
                    job.workedNanos(),
                    job.unit(),
                    job.done(),
                    job.left(),
                    job.perSecond(),
                    job.secondsLeft()));
        }
        return new BackgroundStatus(
                last.share(),
                last.decision(),
                last.p99Nanos(),
                last.requests(),
                last.queueWaitNanos(),
                last.targetNanos(),
                jobs);
    }

    private BackgroundStatus status(long queueWaitNanos) {
        List<BackgroundStatus.Job> jobs = new ArrayList<>();
        for (BackgroundJob job : BackgroundJob.ALL) {
            Tracked counted = tracked.get(job);
            if (counted != null) {
                jobs.add(status(job, counted));
            }
        }
        return new BackgroundStatus(
                budget.share(),
                controller.decision(),
                foreground.p99Nanos(Foreground.SECONDS_MAX),
                foreground.requests(Foreground.SECONDS_MAX),
                queueWaitNanos,
                controller.targetNanos(),
                jobs);
    }

    private BackgroundStatus.Job status(BackgroundJob job, Tracked counted) {
        // The cell after the newest is the oldest.
        long newest = counted.done()[ticks % (RATE_SECONDS + 1)];
        long oldest = counted.done()[(ticks + 1) % (RATE_SECONDS + 1)];
        double perSecond = (double) (newest - oldest) / RATE_SECONDS;
        JobProgress counter = counted.progress();
        long left = counter.left().getAsLong();
        long secondsLeft = left == 0 ? 0 : left < 0 || perSecond <= 0 ? -1 : (long) Math.ceil(left / perSecond);
        return new BackgroundStatus.Job(
                job,
                budget.mode(job),
                budget.share(job),
                counter.workedNanos().getAsLong(),
                counter.unit(),
                counter.done().getAsLong(),
                left,
                perSecond,
                secondsLeft);
    }
}
