package io.kvorum.server.reaping;

/**
 * The measures of reaping.
 *
 * @param graceMillis how long what is dead is remembered
 * @param lagMillis how old what a request, or an answer on its way, knows of another copy may be beside the age of its frame
 * @param intervalNanos from one look at a partition to the next
 * @param retryNanos after a question that failed, or a hint that is held
 * @param positionsMax how many records one question is about
 * @param candidatesMax how many records may wait; 16 bytes each
 * @param triesMax so often it is tried to reap what all have agreed upon; then it has to be agreed upon anew
 */
public record ReapingPolicy(
        long graceMillis,
        long lagMillis,
        long intervalNanos,
        long retryNanos,
        int positionsMax,
        int candidatesMax,
        int triesMax) {
    private static final long SECOND_MILLIS = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int CANDIDATE_BYTES = 16;

    /**
     * For a grace.
     *
     * @param timeoutMillis how long requests may take, reading and writing
     * @param heapBytes of the process: a 32nd of it may be for what waits
     */
    public static ReapingPolicy of(long graceMillis, long timeoutMillis, long heapBytes) {
        long sixteenthMillis = graceMillis / 16;
        return new ReapingPolicy(
                graceMillis,
                timeoutMillis + Math.min(10 * SECOND_MILLIS, graceMillis),
                NANOS_PER_MILLI * Math.max(SECOND_MILLIS, sixteenthMillis),
                NANOS_PER_MILLI * Math.max(SECOND_MILLIS, Math.min(60 * SECOND_MILLIS, sixteenthMillis)),
                128,
                (int) Math.min(1 << 26, Math.max(1 << 16, heapBytes / 32 / CANDIDATE_BYTES)),
                20);
    }
}
