package io.kvorum.server.background;

/**
 * Decides the share of background work once a second, by what clients notice (Dynamo §6.5): half of it where they wait too
 * long, a little more of it every second where they do not. Never none: what is behind would be so for ever. Owned by one
 * thread.
 */
public final class Controller {
    private static final double SHARE_MIN = 0.02;
    private static final double SLOWER = 0.5;
    private static final double STEP = 0.05;
    private static final int LATELY_SECONDS = 3;

    /** Of fewer requests the slowest alone would decide. */
    private static final long REQUESTS_MIN = 100;

    private final long targetNanos;
    private final Budget budget;
    private Decision decision = Decision.FREE;

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
            share += STEP;
            decision = share < 1 ? Decision.GROWING : Decision.FREE;
        }
        blindSeconds = Math.max(0, blindSeconds - 1);
        budget.share(Math.max(SHARE_MIN, Math.min(1, share)));
    }

    /** The last decision. */
    public Decision decision() {
        return decision;
    }

    /** Above this clients wait too long, in nanoseconds. */
    public long targetNanos() {
        return targetNanos;
    }

    private boolean isTooSlow(Foreground foreground, int seconds) {
        return foreground.requests(seconds) >= REQUESTS_MIN && foreground.p99Nanos(seconds) > targetNanos;
    }
}
