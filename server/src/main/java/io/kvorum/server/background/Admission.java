package io.kvorum.server.background;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Looks once a second at what clients notice, and has the share of background work decided by it. {@link #tick} belongs to
 * one thread; the rest is for any.
 */
public final class Admission {
    private final Budget budget;
    private final Controller controller;
    private final Foreground foreground = new Foreground();
    private final Map<BackgroundJob, Tracked> tracked = new ConcurrentHashMap<>();
    private volatile BackgroundStatus status;

    /** A job's progress, and how fast that was at the last ticks. */
    private record Tracked(JobProgress progress, RecentRate rate) {}

    /**
     * Admits everything until it is told more.
     *
     * @param targetNanos above this clients wait too long
     */
    public Admission(Budget budget, long targetNanos) {
        this.budget = budget;
        this.controller = new Controller(targetNanos, budget, this::workedOfMost);
        this.status = status(0);
    }

    /** Shows a job, too. */
    public void track(BackgroundJob job, JobProgress progress) {
        tracked.put(job, new Tracked(progress, new RecentRate(progress.done().getAsLong())));
    }

    /**
     * Decides. To be called once a second.
     *
     * @param answered see {@link Foreground#look}
     * @param queueWait how long event loops took to come to what was due
     */
    public void tick(Function<long[], long[]> answered, QueueWait queueWait) {
        foreground.look(answered, queueWait::within);
        long queueWaitNanos = queueWait.latestNanos();
        controller.decide(foreground, queueWaitNanos);
        tracked.values().forEach(job -> job.rate().look(job.progress().done().getAsLong()));
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

    private double workedOfMost(BackgroundJob job) {
        Tracked counted = tracked.get(job);
        return counted == null
                ? budget.workedNanos(job)
                : counted.progress().workedNanos().getAsLong()
                        / counted.progress().most();
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
        double perSecond = counted.rate().perSecond();
        JobProgress counter = counted.progress();
        long left = counter.left().getAsLong();
        return new BackgroundStatus.Job(
                job,
                budget.mode(job),
                budget.share(job),
                counter.workedNanos().getAsLong(),
                counter.unit(),
                counter.done().getAsLong(),
                left,
                perSecond,
                RecentRate.secondsLeft(left, perSecond));
    }
}
