package io.kvorum.server.handoff;

/**
 * The measures of handoff.
 *
 * @param sendsMax how many hints may be under way to one target
 * @param bytesMax how many bytes of them; one may be longer
 * @param parkedMax how many hints of a target may be parked
 * @param retryFirstNanos how long a target is left alone after it took a hint not now
 * @param retryMaxNanos the longest it is left alone after one failure upon the other
 */
public record HandoffPolicy(int sendsMax, int bytesMax, int parkedMax, long retryFirstNanos, long retryMaxNanos) {
    private static final long MILLI = 1_000_000;

    /** So much that a target is busy, and its clients do not notice. */
    public static final HandoffPolicy DEFAULT = new HandoffPolicy(64, 1 << 20, 1_000, 100 * MILLI, 5_000 * MILLI);
}
