package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;

/** Keys one after the other, each step apart, and from the first again after the last. Owned by its generator. */
final class Sequence implements KeyChooser {
    private final long first;
    private final long step;
    private final long count;
    private long next;

    /** Keys from {@code first} on, below {@code count}. */
    Sequence(long first, long step, long count) {
        this.first = first;
        this.step = step;
        this.count = count;
        this.next = first;
    }

    @Override
    public long next(RandomGenerator random) {
        long key = next < count ? next : first;
        next = key + step;
        return key;
    }

    @Override
    public KeyChooser share(int generator, int generators) {
        return new Sequence(first + generator * step, step * generators, count);
    }
}
