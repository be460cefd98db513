package io.kvorum.server.config;

/**
 * Quorums and the coordinator's patience.
 *
 * @param n how many nodes own a key
 * @param r how many owners a read must hear
 * @param w how many must hold a write before its answer
 * @param dw how many must have it on disk before its answer
 * @param readTimeoutNanos how long a read may take
 * @param writeTimeoutNanos how long a write may take
 * @param readAllRatio the share of reads, 0 to 1, that ask all owners
 * @param hedge whether a late reply sends the request to one more owner
 * @param hedgeDelayMinNanos how late at least
 * @param antiEntropyIntervalNanos the pause between two comparisons of equal copies
 */
public record ReplicationConfig(
        int n,
        int r,
        int w,
        int dw,
        long readTimeoutNanos,
        long writeTimeoutNanos,
        double readAllRatio,
        boolean hedge,
        long hedgeDelayMinNanos,
        long antiEntropyIntervalNanos) {}
