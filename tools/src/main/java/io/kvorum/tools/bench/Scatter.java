package io.kvorum.tools.bench;

/**
 * A fixed permutation of 0 to count - 1 that tears neighbours apart: multiplication with a prime that does not divide
 * the count. Popular ranks so become keys all over the key space, and no two ranks the same key, as hashing would have
 * it.
 */
final class Scatter {
    /** Large enough to spread small counts, small enough that rank times prime fits 63 bits for 2^32 keys. */
    private static final long[] PRIMES = {1_640_531_513L, 1_640_531_551L};

    static final long COUNT_MAX = 1L << 32;

    private final long count;
    private final long factor;

    Scatter(long count) {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException("1 to 2^32 keys, not " + count);
        }
        this.count = count;
        factor = count % PRIMES[0] == 0 ? PRIMES[1] : PRIMES[0];
    }

    long keyOf(long rank) {
        return rank * factor % count;
    }
}
