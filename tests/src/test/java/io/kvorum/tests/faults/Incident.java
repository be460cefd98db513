package io.kvorum.tests.faults;

/**
 * A request that failed, or took long.
 *
 * @param node who was asked
 * @param operation what
 * @param problem the first word of the error, {@link #BROKEN} or empty
 * @param text all of the error
 * @param sentNanos when it was sent
 * @param overNanos when the answer came
 */
record Incident(int node, Operation operation, String problem, String text, long sentNanos, long overNanos) {
    /** The connection ended before an answer came, or could not be made. */
    static final String BROKEN = "(connection)";

    long tookMillis() {
        return (overNanos - sentNanos) / 1_000_000;
    }
}
