package io.kvorum.tests.sim.world;

import io.kvorum.server.runtime.Clock;

/** The clocks of one machine: its calendar is off, jumps and drifts; its monotonic clock only drifts. */
public final class SimClock implements Clock {
    /** When the world begins, in milliseconds since 1970. */
    public static final long EPOCH_MILLIS = 1_800_000_000_000L;

    private static final long BOOT_NANOS = 7_000_000_000_000L;

    private final VirtualTime time;
    private final double rate;
    private long offsetMillis;

    /**
     * Sets a machine's clocks.
     *
     * @param offsetMillis how far its calendar is ahead
     * @param rate how many of its seconds are in a second
     */
    public SimClock(VirtualTime time, long offsetMillis, double rate) {
        this.time = time;
        this.offsetMillis = offsetMillis;
        this.rate = rate;
    }

    @Override
    public long wallMillis() {
        return EPOCH_MILLIS + offsetMillis + elapsedNanos() / VirtualTime.MILLI;
    }

    @Override
    public long nanoTime() {
        return BOOT_NANOS + elapsedNanos();
    }

    /** Lets the calendar jump; the monotonic clock does not. */
    public void jump(long millis) {
        offsetMillis += millis;
    }

    /** How long this machine's nanoseconds take in the world. */
    long inWorld(long ownNanos) {
        return (long) Math.ceil(ownNanos / rate);
    }

    private long elapsedNanos() {
        return (long) (time.nowNanos() * rate);
    }
}
