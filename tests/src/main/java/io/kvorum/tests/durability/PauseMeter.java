package io.kvorum.tests.durability;

import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Pause;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Sleeps a millisecond at a time and measures how late it wakes. Owned by the thread that sleeps. */
final class PauseMeter {
    private static final long SLEEP_MILLIS = 1;
    private static final long SLEEP_NANOS = SLEEP_MILLIS * 1_000_000;

    /** Pauses from here on are kept one by one: at most a hundred of them in a second. */
    static final long KEPT_NANOS = 10_000_000L;

    private static final long LATENESS_NANOS_MAX = 3_600_000_000_000L;
    private static final int DIGITS = 3;

    private final NanoClock clock;
    private final Pause pause;
    private final Histogram lateness = new Histogram(1_000, LATENESS_NANOS_MAX, DIGITS);
    private final List<Span> pauses = new ArrayList<>();
    private long wokeNanos;

    PauseMeter(NanoClock clock, Pause pause) {
        this.clock = clock;
        this.pause = pause;
        this.wokeNanos = clock.nanoTime();
    }

    /** Sleeps once. What goes by from one call to the next is lateness too. */
    void sleep() throws InterruptedException {
        long due = wokeNanos + SLEEP_NANOS;
        pause.millis(SLEEP_MILLIS);
        wokeNanos = clock.nanoTime();
        long late = Math.max(0, wokeNanos - due);
        lateness.recordValue(Math.min(late, LATENESS_NANOS_MAX));
        if (late >= KEPT_NANOS) {
            pauses.add(new Span(due, wokeNanos));
        }
    }

    ControlLog log() {
        return new ControlLog(lateness.copy(), pauses);
    }
}
