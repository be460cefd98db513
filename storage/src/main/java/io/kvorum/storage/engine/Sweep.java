package io.kvorum.storage.engine;

/**
 * What a sweep takes away.
 *
 * @param expiredBeforeMillis the bytes of values that expired before this time, in milliseconds since 1970; dots and hashes
 *     stay, so that copies agree
 * @param deadBeforeMillis whole records, all of whose siblings were tombstones or expired before this time; {@link
 *     #NOTHING} where other copies must agree first
 */
public record Sweep(long expiredBeforeMillis, long deadBeforeMillis) {
    /** No record is old enough. */
    public static final long NOTHING = Long.MIN_VALUE;
}
