package io.kvorum.tests.compare;

import io.kvorum.tools.bench.Durations;

/** What options may be. */
public final class Ranges {
    private static final long NANOS_MIN = 10_000_000L;
    private static final long NANOS_MAX = 3_600_000_000_000L;

    private Ranges() {}

    /**
     * The value.
     *
     * @throws IllegalArgumentException with the option's name if it is out of range
     */
    public static long between(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " is " + min + " to " + max + ", not " + value);
        }
        return value;
    }

    /**
     * A duration from 10 ms to an hour, in nanoseconds.
     *
     * @throws IllegalArgumentException with the option's name if it is none of these
     */
    public static long nanos(String option, String text) {
        long nanos = Durations.parseNanos(text);
        if (nanos < NANOS_MIN || nanos > NANOS_MAX) {
            throw new IllegalArgumentException(option + " is 10ms to 1h, not " + text);
        }
        return nanos;
    }
}
