package io.kvorum.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.HdrHistogram.Histogram;

/**
 * How values are spread since the start: exact up to 63, then 32 steps to each power of two, so that what it says is off
 * by at most 3 %. One thread writes, any may read meanwhile: counts are written opaquely, which costs no more than a
 * plain write and is never torn or withheld. A reader may see a value counted whose sum it does not see yet.
 *
 * <p>Same layout as an HdrHistogram, into which readers add it up; a Recorder of that library would pay two atomic
 * instructions for each value.
 */
final class SingleWriterHistogram {
    private static final int STEP_BITS = 5;

    /** Larger values count as this one: 2^42 ns is more than an hour. */
    private static final long VALUE_MAX = (1L << 42) - 1;

    private static final int BUCKETS = bucketOf(VALUE_MAX) + 1;
    private static final int SUM = BUCKETS;
    private static final int MAX = BUCKETS + 1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** A count for each bucket, then the sum and the largest of all values. */
    private final long[] cells = new long[BUCKETS + 2];

    /** Counts a value. Negative ones count as 0: a clock of the monotonic kind never gives them. */
    void record(long value) {
        long bounded = Math.min(Math.max(value, 0), VALUE_MAX);
        add(bucketOf(bounded), 1);
        add(SUM, bounded);
        if (bounded > (long) LONGS.getOpaque(cells, MAX)) LONGS.setOpaque(cells, MAX, bounded);
    }

    /** Adds all counts to a histogram for reading; each value as the middle of its bucket. */
    void addTo(Histogram histogram) {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            long count = (long) LONGS.getOpaque(cells, bucket);
            if (count > 0) histogram.recordValueWithCount(middleOf(bucket), count);
        }
    }

    long count() {
        long count = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) count += (long) LONGS.getOpaque(cells, bucket);
        return count;
    }

    long sum() {
        return (long) LONGS.getOpaque(cells, SUM);
    }

    long max() {
        return (long) LONGS.getOpaque(cells, MAX);
    }

    /** Adds to each bound's cell how many values are at or below it. */
    void addCumulative(long[] bounds, long[] counts) {
        long below = 0;
        int bound = 0;
        for (int bucket = 0; bucket < BUCKETS && bound < bounds.length; bucket++) {
            while (bound < bounds.length && middleOf(bucket) > bounds[bound]) counts[bound++] += below;
            below += (long) LONGS.getOpaque(cells, bucket);
        }
        while (bound < bounds.length) counts[bound++] += below;
    }

    private void add(int cell, long amount) {
        LONGS.setOpaque(cells, cell, (long) LONGS.getOpaque(cells, cell) + amount);
    }

    /** The values 0 to 63 have a bucket each; from there on the leading six bits decide. */
    static int bucketOf(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(value | 1));
        return (shift << STEP_BITS) + (int) (value >>> shift);
    }

    static long middleOf(int bucket) {
        int shift = Math.max(0, (bucket >>> STEP_BITS) - 1);
        long lowest = (long) (bucket - (shift << STEP_BITS)) << shift;
        return lowest + (1L << shift) / 2;
    }
}
