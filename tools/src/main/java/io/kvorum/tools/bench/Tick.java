package io.kvorum.tools.bench;

import io.kvorum.tools.runtime.NanoClock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A loop's one timer for what is due next. However often it is asked, one wake-up is on its way at most: two would
 * each beget their own successor, until the loop does nothing but wake up. Owned by its loop.
 */
final class Tick {
    private final ScheduledExecutorService loop;
    private final NanoClock clock;
    private final long distanceNanosMin;
    private final Runnable turn;
    private boolean pending;

    /** @param distanceNanosMin wakes the loop at most this often: what is due together leaves together */
    Tick(ScheduledExecutorService loop, NanoClock clock, long distanceNanosMin, Runnable turn) {
        this.loop = loop;
        this.clock = clock;
        this.distanceNanosMin = distanceNanosMin;
        this.turn = turn;
    }

    /**
     * Sees to it that there is a turn at that time or before.
     *
     * @param nextNanos by the clock, no earlier than that of a wake-up on its way; {@link Long#MAX_VALUE} for never
     */
    void at(long nextNanos) {
        if (pending || nextNanos == Long.MAX_VALUE) {
            return;
        }
        pending = true;
        long delayNanos = Math.max(nextNanos - clock.nanoTime(), distanceNanosMin);
        var unused = loop.schedule(this::wake, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void wake() {
        pending = false;
        turn.run();
    }
}
