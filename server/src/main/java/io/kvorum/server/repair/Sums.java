package io.kvorum.server.repair;

/** What anti-entropy compares before it looks at anything closer. */
public final class Sums {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private Sums() {}

    /**
     * Folds the root sum of one more partition into a digest. In any order the same partitions with the same roots give
     * the same digest; empty partitions change nothing.
     *
     * @param digest of the partitions before, 0 of none
     */
    public static long digest(long digest, int partition, long root) {
        // Each partition scales its root by an odd factor of its own: roots that swap places are seen.
        return digest + root * ((partition + 1) * GOLDEN | 1);
    }
}
