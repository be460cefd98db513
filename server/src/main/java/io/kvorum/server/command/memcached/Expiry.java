package io.kvorum.server.command.memcached;

/** Times as memcached's clients give them and are told them: in seconds. */
final class Expiry {
    /** For ever, here and there. */
    static final long NEVER = 0;

    /** Up to 30 days a time counts from now, beyond from 1970. */
    private static final long RELATIVE_SECONDS_MAX = 60L * 60 * 24 * 30;

    private static final long MILLIS_PER_SECOND = 1000;

    private Expiry() {}

    /** When what is given so many seconds ends, in milliseconds since 1970; a time in the past if they are negative. */
    static long atMillis(long seconds, long nowMillis) {
        if (seconds == NEVER) {
            return NEVER;
        }
        if (seconds < 0) {
            return 1;
        }
        return seconds <= RELATIVE_SECONDS_MAX ? nowMillis + seconds * MILLIS_PER_SECOND : seconds * MILLIS_PER_SECOND;
    }

    /** Whole seconds left, rounded up; -1 for ever. */
    static long secondsLeft(long atMillis, long nowMillis) {
        if (atMillis == NEVER) {
            return -1;
        }
        return Math.max(0, (atMillis - nowMillis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
    }
}
