package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;

/** Keys one after the other, each step apart: filling. Owned by the generator it is given to. */
final class Sequence implements KeyChooser {
    private final long step;
    private long next;

    Sequence(long first, long step) {
        this.next = first;
        this.step = step;
    }

    @Override
    public long next(RandomGenerator random) {
        long key = next;
        next += step;
        return key;
    }
}
