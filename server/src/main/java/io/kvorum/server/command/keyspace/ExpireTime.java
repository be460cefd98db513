package io.kvorum.server.command.keyspace;

/**
 * How an argument of EXPIRE, SETEX, GETEX and the like becomes a time in milliseconds since 1970.
 *
 * @param seconds whether the argument is in seconds, else in milliseconds
 * @param relative whether it counts from now, else from 1970
 */
record ExpireTime(boolean seconds, boolean relative) {
    static final ExpireTime EX = new ExpireTime(true, true);
    static final ExpireTime PX = new ExpireTime(false, true);
    static final ExpireTime EXAT = new ExpireTime(true, false);
    static final ExpireTime PXAT = new ExpireTime(false, false);

    /** Instead of a time: the argument leaves what 64 bits of milliseconds can say. No other result is this. */
    static final long OVERFLOW = Long.MIN_VALUE;

    private static final long MILLIS_PER_SECOND = 1000;

    /** The time, which may be past and even negative, as EXPIRE allows; or {@link #OVERFLOW}. */
    long at(long amount, long nowMillis) {
        if (seconds && (amount > Long.MAX_VALUE / MILLIS_PER_SECOND || amount < Long.MIN_VALUE / MILLIS_PER_SECOND)) {
            return OVERFLOW;
        }
        long millis = seconds ? amount * MILLIS_PER_SECOND : amount;
        if (!relative) {
            return Math.max(millis, OVERFLOW + 1);
        }
        return millis > Long.MAX_VALUE - nowMillis ? OVERFLOW : Math.max(millis + nowMillis, OVERFLOW + 1);
    }

    /** The time by the rules of values that begin with an expiry: the argument must be positive; or {@link #OVERFLOW}. */
    long ofNewValue(long amount, long nowMillis) {
        return amount <= 0 ? OVERFLOW : at(amount, nowMillis);
    }

    /** The error for {@link #OVERFLOW}. */
    static String invalid(String command) {
        return "ERR invalid expire time in '" + command + "' command";
    }
}
