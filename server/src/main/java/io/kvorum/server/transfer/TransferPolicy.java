package io.kvorum.server.transfer;

/**
 * The measures of transfers.
 *
 * @param pullsMax how many partitions are pulled at a time
 * @param transfersMax how many partitions are under way at a time, those included that wait for consents or are compared
 * @param chunkBytes about how many bytes of records one answer brings while nothing is in the way ({@link
 *     io.kvorum.server.background.Pace#atATime})
 * @param positionsMax how many positions are fetched at a time
 * @param leavesMax how many leaves one question is about
 * @param companyMax so many partitions are given up at a time at most
 * @param companyNanos how long a partition waits for others that are given up with it: each time is an event in the history
 * @param restNanos how long a transfer rests after something failed
 * @param ageNanosMax a transfer that took longer begins anew: what it pulled first may have been reaped since
 */
public record TransferPolicy(
        int pullsMax,
        int transfersMax,
        int chunkBytes,
        int positionsMax,
        int leavesMax,
        int companyMax,
        long companyNanos,
        long restNanos,
        long ageNanosMax) {
    private static final long GRACE_PARTS = 2;

    /** A few megabytes at a time. */
    public static TransferPolicy of(long graceMillis) {
        return new TransferPolicy(
                4, 32, 256 * 1024, 512, 256, 12, 300_000_000L, 250_000_000L, graceMillis * 1_000_000L / GRACE_PARTS);
    }
}
