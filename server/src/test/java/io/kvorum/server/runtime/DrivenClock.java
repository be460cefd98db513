package io.kvorum.server.runtime;

import java.util.function.LongSupplier;

/**
 * A clock that a test moves: both its times are what the test says.
 *
 * @param nanos the time in nanoseconds, asked for with each reading
 */
public record DrivenClock(LongSupplier nanos) implements Clock {
    private static final long MILLI = 1_000_000;

    @Override
    public long wallMillis() {
        return nanos.getAsLong() / MILLI;
    }

    @Override
    public long nanoTime() {
        return nanos.getAsLong();
    }
}
