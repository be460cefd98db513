package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;

/** Chooses which of {@code count} keys the next operation is about. Immutable: generators share one. */
interface KeyChooser {
    /** A key from 0 to count - 1. */
    long next(RandomGenerator random);

    /** Every key as often as any other. */
    static KeyChooser uniform(long count) {
        return random -> random.nextLong(count);
    }

    /** Few keys much more often than the rest, and the popular ones spread over all of the keys. */
    static KeyChooser zipfian(long count, double theta) {
        Zipfian ranks = new Zipfian(count, theta);
        Scatter scatter = new Scatter(count);
        return random -> scatter.keyOf(ranks.next(random));
    }
}
