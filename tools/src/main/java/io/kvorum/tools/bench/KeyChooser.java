package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;

/** Chooses which of {@code count} keys the next operation is about. Immutable, so that generators share one, or says so. */
interface KeyChooser {
    /** A key from 0 to count - 1. */
    long next(RandomGenerator random);

    /** What one of several generators takes: this itself, unless each needs its own. */
    default KeyChooser share(int generator, int generators) {
        return this;
    }

    /** Every key as often as any other. */
    static KeyChooser uniform(long count) {
        return random -> random.nextLong(count);
    }

    /** Every key once, one after the other, before any comes again. */
    static KeyChooser sequential(long count) {
        return new Sequence(0, 1, count);
    }

    /** Few keys much more often than the rest, and the popular ones spread over all of the keys. */
    static KeyChooser zipfian(long count, double theta) {
        Zipfian ranks = new Zipfian(count, theta);
        Scatter scatter = new Scatter(count);
        return random -> scatter.keyOf(ranks.next(random));
    }
}
