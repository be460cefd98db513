package io.kvorum.tools.bench;

/**
 * When the operations of one generator are meant to start: at even distances, decided before anything is sent, so
 * that no answer, however late, moves a later operation. The distances of several generators interleave.
 *
 * @param firstNanos when operation 0 starts
 * @param intervalNanos from one operation to the next
 */
record Arrivals(long firstNanos, double intervalNanos) {
    Arrivals {
        if (!(intervalNanos > 0)) {
            throw new IllegalArgumentException("interval " + intervalNanos);
        }
    }

    /** The share of generator {@code index} of {@code generators} in a rate of operations per second. */
    static Arrivals share(long startNanos, double rate, int index, int generators) {
        double between = 1e9 / rate;
        return new Arrivals(startNanos + Math.round(between * index), between * generators);
    }

    long intendedNanos(long operation) {
        return firstNanos + (long) (operation * intervalNanos);
    }
}
