package io.kvorum.server.repair;

/**
 * The measures of anti-entropy.
 *
 * @param intervalNanos from the end of one comparison of equal copies to the next
 * @param intervalMaxNanos the longest pause, which is come to by doubling while nothing that differs can be repaired
 * @param secondLookNanos how long what differs may be on its way: what still differs after that is repaired
 * @param suspectsMax how many keys are kept for the second look; more wait for the next pass
 * @param leavesMax how many leaves one question is about
 * @param positionsMax how many positions are fetched at a time
 * @param chunkBytes about how many bytes of records one answer brings while nothing is in the way ({@link
 *     io.kvorum.server.background.Pace#atATime})
 * @param sendsMax how many positions are being sent at a time
 * @param sendBytesMax past so many bytes of them no more are sent until some have arrived
 */
public record AntiEntropyPolicy(
        long intervalNanos,
        long intervalMaxNanos,
        long secondLookNanos,
        int suspectsMax,
        int leavesMax,
        int positionsMax,
        int chunkBytes,
        int sendsMax,
        long sendBytesMax) {
    private static final long SECOND = 1_000_000_000L;

    /** A few megabytes at a time with each peer. */
    public static AntiEntropyPolicy of(long intervalNanos) {
        return new AntiEntropyPolicy(
                intervalNanos,
                Math.max(intervalNanos, 30 * SECOND),
                SECOND,
                64 * 1024,
                256,
                512,
                256 * 1024,
                64,
                4 << 20);
    }
}
