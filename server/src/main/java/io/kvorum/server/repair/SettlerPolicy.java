package io.kvorum.server.repair;

/**
 * The measures of settling.
 *
 * @param pullsMax how many pulls may be under way to one peer
 * @param chunkBytes about how many bytes of records one pull brings
 * @param retryFirstNanos how long a peer is left alone after a pull from it failed
 * @param retryMaxNanos the longest it is left alone after one failure upon the other
 */
public record SettlerPolicy(int pullsMax, int chunkBytes, long retryFirstNanos, long retryMaxNanos) {
    private static final long MILLI = 1_000_000;

    /** A few megabytes under way at most. */
    public static final SettlerPolicy DEFAULT = new SettlerPolicy(8, 256 * 1024, 100 * MILLI, 2_000 * MILLI);
}
