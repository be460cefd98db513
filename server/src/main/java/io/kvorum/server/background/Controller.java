package io.kvorum.server.background;

/**
 * Decides the share of background work once a second, by what clients notice (Dynamo §6.5): half of it where they wait too
 * long, a little more of it every second where they do not. Never none: what is behind would be so for ever. What is not
 * used is taken back, as with a congestion window (RFC 7661), so that a job that begins after a while begins gently; but
 * where nobody asks for anything, nothing is in its way. Owned by one thread.
 */
public final class Controller {
    static final double SHARE_MIN = 0.02;
    static final double SHARE_UNUSED = 0.05;
    private static final double SLOWER = 0.5;
    private static final double STEP = 0.05;
    private static final double USED_MAX = 2;
    private static final double FORGOTTEN = 0.8;
    private static final int LATELY_SECONDS = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Of fewer requests the slowest alone would decide. */
    private static final long REQUESTS_MIN = 100;

    /** Clients wait too long, too, if it is so many times as long as without background work. */
    private static final double SLOWER_THAN_CALM = 2;

    /** Less than this is a matter of a pause of the process or the machine. */
    private static final long NOTICED_NANOS = 5_000_000;

    /** So little work does not count. */
    private static final double CALM = 0.02;

    /** How much a second without work changes what is known of those. */
    private static final double LEARNT = 0.1;

    private final long targetNanos;
    private final Budget budget;
    private final long[] workedNanos = new long[BackgroundJob.ALL.size()];
    private Decision decision = Decision.FREE;
    private double calmNanos;

    /** What was used, above all in the last seconds: jobs work, then rest for a while. */
    private double lately;

    /** Of what it did last it sees nothing before so many seconds. */
    private int blindSeconds;

    /**
     * A controller that has seen nothing.
     *
     * @param targetNanos above this clients wait too long, 99 of 100 of them
     */
    public Controller(long targetNanos, Budget budget) {
        this.targetNanos = targetNanos;
        this.budget = budget;
    }

    /**
     * Decides anew.
     *
     * @param queueWaitNanos how long event loops took to come to what they were given
     */
    public void decide(Foreground foreground, long queueWaitNanos) {
        double used = usedNow();
        learn(foreground, used);
        lately = Math.max(used, FORGOTTEN * lately);
        double share = budget.share();
        if (queueWaitNanos > targetNanos) {
            decision = Decision.SLOWED_BY_QUEUES;
            share *= SLOWER;
        } else if (blindSeconds == 0 && isTooSlow(foreground, LATELY_SECONDS)) {
            decision = Decision.SLOWED_BY_LATENCY;
            share *= SLOWER;
            blindSeconds = LATELY_SECONDS + 1;
        } else if (blindSeconds > 0 || isTooSlow(foreground, Foreground.SECONDS_MAX)) {
            decision = Decision.HELD;
        } else {
            share = grown(share, lately, foreground.requests(LATELY_SECONDS) < REQUESTS_MIN);
            decision = share < 1 && lately > CALM ? Decision.GROWING : Decision.FREE;
        }
        blindSeconds = Math.max(0, blindSeconds - 1);
        budget.share(Math.max(SHARE_MIN, Math.min(1, share)));
    }

    private static double grown(double share, double used, boolean nobodyWaits) {
        if (nobodyWaits) {
            return share * USED_MAX;
        }
        double enough = Math.max(SHARE_UNUSED, USED_MAX * used);
        return share > enough ? enough : share + STEP;
    }

    /** How much of the last second the busiest job was at work that is left to this. */
    private double usedNow() {
        long most = 0;
        for (BackgroundJob job : BackgroundJob.ALL) {
            int cell = BackgroundJob.ALL.indexOf(job);
            long before = workedNanos[cell];
            workedNanos[cell] = budget.workedNanos(job);
            if (budget.mode(job) == Mode.AUTO) {
                most = Math.max(most, workedNanos[cell] - before);
            }
        }
        return most / NANOS_PER_SECOND;
    }

    private void learn(Foreground foreground, double used) {
        if (used <= CALM && foreground.requests(LATELY_SECONDS) >= REQUESTS_MIN) {
            long p99 = foreground.p99Nanos(LATELY_SECONDS);
            calmNanos = calmNanos == 0 ? p99 : calmNanos + LEARNT * (p99 - calmNanos);
        }
    }

    /** The last decision. */
    public Decision decision() {
        return decision;
    }

    /**
     * Above this clients wait too long, in nanoseconds: what was given, or less where they are used to a good deal less when
     * there is no background work.
     */
    public long targetNanos() {
        return calmNanos == 0
                ? targetNanos
                : Math.min(targetNanos, Math.max(NOTICED_NANOS, (long) (SLOWER_THAN_CALM * calmNanos)));
    }

    private boolean isTooSlow(Foreground foreground, int seconds) {
        return foreground.requests(seconds) >= REQUESTS_MIN && foreground.p99Nanos(seconds) > targetNanos();
    }
}
