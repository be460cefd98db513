package io.kvorum.server.metrics;

import com.codahale.metrics.Snapshot;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** An HdrHistogram as the registry's readers want it. Owned by whoever took it. */
final class HdrSnapshot extends Snapshot {
    private final Histogram histogram;

    HdrSnapshot(Histogram histogram) {
        this.histogram = histogram;
    }

    @Override
    public double getValue(double quantile) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(100 * quantile);
    }

    /** Each value that occurs, once. */
    @Override
    public long[] getValues() {
        long[] values = new long[size()];
        int i = 0;
        for (HistogramIterationValue value : histogram.recordedValues()) values[i++] = value.getValueIteratedTo();
        return values;
    }

    /** How many different values occur. */
    @Override
    public int size() {
        int size = 0;
        for (HistogramIterationValue ignored : histogram.recordedValues()) size++;
        return size;
    }

    @Override
    public long getMax() {
        return histogram.getMaxValue();
    }

    @Override
    public double getMean() {
        return histogram.getMean();
    }

    @Override
    public long getMin() {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue();
    }

    @Override
    public double getStdDev() {
        return histogram.getStdDeviation();
    }

    @Override
    public void dump(OutputStream output) {
        histogram.outputPercentileDistribution(new PrintStream(output, true, StandardCharsets.UTF_8), 1.0);
    }
}
