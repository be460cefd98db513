package io.kvorum.tests.faults;

/**
 * A fault that came and went.
 *
 * @param beginNanos just before it began
 * @param endNanos just after it had ended
 * @param wellNanos when all nodes trusted each other again
 */
record Episode(Fault fault, int node, long beginNanos, long endNanos, long wellNanos) {
    /** Whether a request was on its way at a time when this could touch it. */
    boolean touches(Incident incident, long graceNanos) {
        return incident.overNanos() - beginNanos >= 0 && incident.sentNanos() - wellNanos <= graceNanos;
    }

    @Override
    public String toString() {
        return String.format(
                "%s of n%d for %d ms, well after %d ms",
                fault, node, (endNanos - beginNanos) / 1_000_000, (wellNanos - endNanos) / 1_000_000);
    }
}
