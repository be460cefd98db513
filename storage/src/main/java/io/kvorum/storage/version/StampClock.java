package io.kvorum.storage.version;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A node's hybrid logical clock. For any thread: two atomic numbers that only grow.
 *
 * <p>What was <em>issued</em> and what the clock <em>shows</em> are kept apart: a record with a stamp far in the future
 * forces later stamps beyond it, but must not make every key of the node expire early.
 */
public final class StampClock {
    private final LongSupplier wallMillis;
    private final long driftMaxMillis;
    private final AtomicLong shown = new AtomicLong();
    private final AtomicLong issued = new AtomicLong();
    private volatile long bound = Long.MAX_VALUE;

    /** A clock over milliseconds since 1970, which may jump; it follows others at most {@code driftMaxMillis} ahead. */
    public StampClock(LongSupplier wallMillis, long driftMaxMillis) {
        this.wallMillis = wallMillis;
        this.driftMaxMillis = driftMaxMillis;
    }

    /**
     * Draws a stamp: at least the wall clock, greater than all it issued or observed and than the one given.
     *
     * @throws IllegalStateException if the one given leaves no room: it was never drawn from a clock
     */
    public long next(long newestSeen) {
        long now = current();
        while (true) {
            long last = issued.get();
            long floor = Math.max(last, newestSeen);
            if (floor == Long.MAX_VALUE) {
                throw new IllegalStateException("no stamp is newer than " + newestSeen);
            }
            long stamp = Math.max(now, floor + 1);
            if (issued.compareAndSet(last, stamp)) {
                return stamp;
            }
        }
    }

    /**
     * Follows another node's clock, but not beyond the wall clock plus the drift allowed.
     *
     * @return how many milliseconds the other is ahead of that, rounded up; 0 if it is not
     */
    public long observe(long senderClock) {
        long bound = Stamp.endOfMillis(wallMillis.getAsLong() + driftMaxMillis);
        raise(shown, Math.min(senderClock, bound));
        return senderClock <= bound ? 0 : Stamp.millis(senderClock) - Stamp.millis(bound);
    }

    /** What the clock shows: never goes back, and is within the drift of the wall clock unless that went back. */
    public long current() {
        return raise(shown, Stamp.ofMillis(wallMillis.getAsLong()));
    }

    /** Milliseconds of {@link #current()}: the time by which siblings expire. */
    public long currentMillis() {
        return Stamp.millis(current());
    }

    /** The newest of all stamps issued or observed: what a bound kept on disk must stay ahead of. */
    public long newest() {
        return Math.max(issued.get(), shown.get());
    }

    /**
     * Whether the clock is still below the bound that was made durable: a stamp drawn beyond it could be drawn once more
     * after a restart with a calendar that went back.
     */
    public boolean isWithinBound() {
        return shown.get() <= bound;
    }

    /** Sets the bound, which is on disk: nothing is to be drawn beyond it. At first there is none. */
    public void setBound(long stamp) {
        bound = stamp;
    }

    /** Makes every stamp from now on greater than the one given: after a restart, or past a flush. */
    public void startAbove(long stamp) {
        raise(issued, stamp);
    }

    private static long raise(AtomicLong clock, long to) {
        while (true) {
            long was = clock.get();
            if (was >= to) {
                return was;
            }
            if (clock.compareAndSet(was, to)) {
                return to;
            }
        }
    }
}
