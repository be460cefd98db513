package io.kvorum.tests.durability;

/** A stretch of time, on the monotonic clock that all processes of a Linux machine share. */
record Span(long fromNanos, long toNanos) {
    Span {
        if (toNanos < fromNanos) {
            throw new IllegalArgumentException("from " + fromNanos + " to " + toNanos);
        }
    }

    long nanos() {
        return toNanos - fromNanos;
    }

    /** Whether they touch, if this one is so much longer on both ends. */
    boolean touches(Span other, long slackNanos) {
        return fromNanos - slackNanos <= other.toNanos && other.fromNanos <= toNanos + slackNanos;
    }

    /** From the earlier beginning to the later end. */
    Span around(Span other) {
        return new Span(Math.min(fromNanos, other.fromNanos), Math.max(toNanos, other.toNanos));
    }
}
