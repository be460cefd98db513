package io.kvorum.server.coordinator;

/**
 * The cluster's quorum defaults and the times a request may take.
 *
 * @param n replicas of a key
 * @param r owners that a read hears
 * @param w owners that hold a write before its answer
 * @param dw owners that have a write on disk before its answer
 * @param readTimeoutNanos how long a read may take
 * @param writeTimeoutNanos how long a write or read-modify-write may take
 * @param readAllRatio share of reads that ask all owners, so that staleness is found, 0 to 1
 * @param hedge whether a late answer makes the read ask one more owner
 * @param hedgeMinNanos the shortest wait before it does
 */
public record QuorumPolicy(
        int n,
        int r,
        int w,
        int dw,
        long readTimeoutNanos,
        long writeTimeoutNanos,
        double readAllRatio,
        boolean hedge,
        long hedgeMinNanos) {

    /**
     * The number of owners that must answer: what was asked for, or the default; a majority of the settled owners at
     * most when there are fewer of those than N, so that any two quorums still meet.
     *
     * @param requested what the client asked for, 0 for the default
     * @param standard the default
     * @param owners how many owners the partition has
     */
    public int effective(int requested, int standard, int owners) {
        int wanted = requested > 0 ? requested : standard;
        int bound = owners >= n ? owners : owners / 2 + 1;
        return Math.min(wanted, bound);
    }
}
