package io.kvorum.server.background;

import java.util.List;

/**
 * Background work as it is now, for people.
 *
 * @param share what jobs may use of their time
 * @param decision the controller's last one
 * @param p99Nanos how long 99 of 100 clients waited at most in the last minute
 * @param requests how many requests that is of
 * @param queueWaitNanos how long event loops took to come to what they were given
 * @param targetNanos what the controller keeps these below
 * @param jobs each of them
 */
public record BackgroundStatus(
        double share,
        Decision decision,
        long p99Nanos,
        long requests,
        long queueWaitNanos,
        long targetNanos,
        List<Job> jobs) {
    /** Copies the list. */
    public BackgroundStatus {
        jobs = List.copyOf(jobs);
    }

    /**
     * One job.
     *
     * @param mode what an operator wants
     * @param share of its time that it may use
     * @param workedNanos since the start
     * @param unit of what it counts
     * @param done since the start
     * @param left -1 if it does not know
     * @param perSecond how many it did lately
     * @param secondsLeft -1 if it does not know
     */
    public record Job(
            BackgroundJob job,
            Mode mode,
            double share,
            long workedNanos,
            String unit,
            long done,
            long left,
            double perSecond,
            long secondsLeft) {}
}
