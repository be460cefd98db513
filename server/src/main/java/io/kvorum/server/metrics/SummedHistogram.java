package io.kvorum.server.metrics;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The registry's face of one histogram of every loop, added up when somebody looks. Values are since the start of the
 * node: what happened lately is the difference of two looks. Safe from every thread.
 */
final class SummedHistogram extends com.codahale.metrics.Histogram {
    private final List<LoopMetrics> loops;
    private final Function<LoopMetrics, @Nullable SingleWriterHistogram> part;

    /**
     * A view of the loops' histograms.
     *
     * @param part finds one loop's; null if that loop has none yet
     */
    SummedHistogram(List<LoopMetrics> loops, Function<LoopMetrics, @Nullable SingleWriterHistogram> part) {
        super(new Unwritten());
        this.loops = loops;
        this.part = part;
    }

    @Override
    public void update(long value) {
        throw new UnsupportedOperationException("loops write to their own LoopMetrics");
    }

    @Override
    public long getCount() {
        long count = 0;
        for (SingleWriterHistogram histogram : parts()) count += histogram.count();
        return count;
    }

    @Override
    public Snapshot getSnapshot() {
        return new HdrSnapshot(sum());
    }

    /** All values, in nanoseconds. */
    Histogram sum() {
        Histogram all = new Histogram(2);
        for (SingleWriterHistogram histogram : parts()) histogram.addTo(all);
        return all;
    }

    /** The sum of all values in nanoseconds, exactly. */
    long sumOfValues() {
        long sum = 0;
        for (SingleWriterHistogram histogram : parts()) sum += histogram.sum();
        return sum;
    }

    /** How many values are at or below each bound; bounds ascend, in nanoseconds. */
    long[] cumulative(long[] bounds) {
        long[] counts = new long[bounds.length];
        for (SingleWriterHistogram histogram : parts()) histogram.addCumulative(bounds, counts);
        return counts;
    }

    private List<SingleWriterHistogram> parts() {
        List<SingleWriterHistogram> parts = new ArrayList<>();
        for (LoopMetrics loop : loops) {
            SingleWriterHistogram histogram = part.apply(loop);
            if (histogram != null) parts.add(histogram);
        }
        return parts;
    }

    /** What the superclass wants and nobody uses. */
    private static final class Unwritten implements Reservoir {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public void update(long value) {
            throw new UnsupportedOperationException("loops write to their own LoopMetrics");
        }

        @Override
        public Snapshot getSnapshot() {
            return new HdrSnapshot(new Histogram(2));
        }
    }
}
