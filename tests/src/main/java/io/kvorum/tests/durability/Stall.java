package io.kvorum.tests.durability;

import java.util.List;

/**
 * Requests that were slow at the same time.
 *
 * @param span from the intended start of the first to the end of the last
 * @param worstNanos the longest latency among them
 */
record Stall(Span span, long requests, long worstNanos) {
    /** Clocks agree, but who looks is not always awake at once. */
    static final long SLACK_NANOS = 50_000_000L;

    /** Together with another of the same time. */
    Stall with(Stall other) {
        return new Stall(span.around(other.span), requests + other.requests, Math.max(worstNanos, other.worstNanos));
    }

    /** How long the machine stood still meanwhile, at the longest, as the control logs tell. */
    long controlNanos(List<ControlLog> controls) {
        long longest = 0;
        for (ControlLog control : controls) {
            longest = Math.max(longest, control.longestNanos(span, SLACK_NANOS));
        }
        return longest;
    }

    /**
     * Whether the machine explains it: it stood still meanwhile for at least half of the time that the slowest request took.
     * A short hiccup of the machine is no excuse for a long one of the server.
     */
    boolean isSeenBy(List<ControlLog> controls) {
        return controlNanos(controls) * 2 >= worstNanos;
    }
}
