package io.kvorum.server.background;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Decides the share of each background job once a second, by what clients notice (Dynamo §6.5): half of all where they wait
 * too long, a little more every second where they do not. Never none: what is behind would be so for ever. What a job does
 * not use is taken back, as with a congestion window (RFC 7661), so that one that begins after a while begins gently; but
 * where nobody asks for anything, nothing is in its way. What other nodes do with a share is use, too. Owned by one thread.
 */
public final class Controller {
    static final double SHARE_MIN = 0.02;
    static final double SHARE_UNUSED = 0.05;
    private static final double SLOWER = 0.5;
    private static final double STEP = 0.05;

    /** While what was too much is not long ago. */
    private static final double STEP_CAREFUL = 0.01;

    private static final double USED_MAX = 2;
    private static final double FORGOTTEN = 0.8;
    private static final int LATELY_SECONDS = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Of fewer requests the slowest alone would decide. */
    private static final long REQUESTS_MIN = 100;

    /** Clients wait too long, too, if it is so many times as long as without background work. */
    private static final double SLOWER_THAN_CALM = 2;

    /** Less than this is a matter of a pause of the process or the machine. */
    private static final long NOTICED_NANOS = 3_000_000;

    /** So little work does not count. Less than the least share: what clients wait beside a job at that is not calm. */
    private static final double CALM = SHARE_MIN / 2;

    /** How much a second without work changes what is known of those. */
    private static final double LEARNT = 0.1;

    /** Where jobs are held down for long and clients wait all the same, it is not for them: times have changed. */
    private static final int LEAST_SECONDS_MAX = 60;

    private static final double LEARNT_BESIDE = 0.005;

    private final long targetNanos;
    private final Budget budget;
    private final ToDoubleFunction<BackgroundJob> worked;
    private final double[] workedNanos = new double[BackgroundJob.ALL.size()];
    private Decision decision = Decision.FREE;
    private double calmNanos;

    /** By job: what was used, above all in the last seconds. Jobs work, then rest for a while. */
    private final double[] lately = new double[BackgroundJob.ALL.size()];

    /** What jobs used here, and others of this node, whatever share they were given: of the busiest, as above. */
    private double busy;

    /** For how long no job has had more than next to nothing. */
    private int leastSeconds;

    /** Of what it did last it sees nothing before so many seconds. */
    private int blindSeconds;

    /**
     * A controller that has seen nothing.
     *
     * @param targetNanos above this clients wait too long, 99 of 100 of them
     * @param worked how long a job was at work since the start, in nanoseconds of those that it may be
     */
    Controller(long targetNanos, Budget budget, ToDoubleFunction<BackgroundJob> worked) {
        this.targetNanos = targetNanos;
        this.budget = budget;
        this.worked = worked;
    }

    /**
     * Decides anew.
     *
     * @param queueWaitNanos how long event loops took to come to what was due
     */
    public void decide(Foreground foreground, long queueWaitNanos) {
        double[] shares = budget.shares();
        lookAtUse(shares);
        leastSeconds = Arrays.stream(shares).max().orElse(1) < SHARE_UNUSED ? leastSeconds + 1 : 0;
        learn(foreground);
        if (queueWaitNanos > targetNanos) {
            decision = Decision.SLOWED_BY_QUEUES;
            slow(shares);
        } else if (blindSeconds == 0 && isTooSlow(foreground, LATELY_SECONDS)) {
            decision = Decision.SLOWED_BY_LATENCY;
            slow(shares);
            blindSeconds = LATELY_SECONDS + 1;
        } else if (blindSeconds > 0) {
            decision = Decision.HELD;
        } else {
            boolean careful = isTooSlow(foreground, Foreground.SECONDS_MAX);
            double step = careful ? STEP_CAREFUL : STEP;
            boolean nobodyWaits = foreground.requests(LATELY_SECONDS) < REQUESTS_MIN;
            boolean growing = false;
            for (int cell = 0; cell < shares.length; cell++) {
                shares[cell] =
                        Math.min(1, nobodyWaits ? USED_MAX * shares[cell] : grown(shares[cell], lately[cell], step));
                growing |= shares[cell] < 1 && lately[cell] > CALM;
            }
            decision = careful ? Decision.CAREFUL : growing ? Decision.GROWING : Decision.FREE;
        }
        blindSeconds = Math.max(0, blindSeconds - 1);
        budget.shares(shares);
    }

    private static void slow(double[] shares) {
        Arrays.setAll(shares, cell -> Math.max(SHARE_MIN, SLOWER * shares[cell]));
    }

    private static double grown(double share, double used, double step) {
        double enough = Math.max(SHARE_UNUSED, USED_MAX * used);
        return share > enough ? enough : share + step;
    }

    private void lookAtUse(double[] shares) {
        double most = 0;
        for (BackgroundJob job : BackgroundJob.ALL) {
            int cell = BackgroundJob.ALL.indexOf(job);
            double before = workedNanos[cell];
            workedNanos[cell] = worked.applyAsDouble(job);
            double own = (workedNanos[cell] - before) / NANOS_PER_SECOND;
            double lent = budget.takeLent(job);
            double used = Math.max(budget.mode(job) == Mode.AUTO ? own : 0, Math.min(shares[cell], lent));
            lately[cell] = Math.max(used, FORGOTTEN * lately[cell]);
            // Checkpoints are a part of what clients ask for.
            most = job == BackgroundJob.CHECKPOINT ? most : Math.max(most, Math.max(own, lent));
        }
        busy = Math.max(most, FORGOTTEN * busy);
    }

    private void learn(Foreground foreground) {
        double learnt = busy <= CALM ? LEARNT : leastSeconds > LEAST_SECONDS_MAX ? LEARNT_BESIDE : 0;
        if (learnt > 0 && foreground.requests(LATELY_SECONDS) >= REQUESTS_MIN) {
            long p99 = foreground.p99Nanos(LATELY_SECONDS);
            calmNanos = calmNanos == 0 ? p99 : calmNanos + learnt * (p99 - calmNanos);
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
