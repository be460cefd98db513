package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Spread;
import io.kvorum.tools.bench.LoadObserver;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Latencies by the window of time in which their operations ended; the first window begins with the first operation. Owned
 * by the loop of the load, and read when that has ended.
 */
final class LatencyWindows implements LoadObserver {
    private static final long LATENCY_NANOS_MAX = 3_600_000_000_000L;
    private static final int DIGITS = 2;

    private final long windowNanos;
    private final Histogram[] windows;
    private long beganNanos;
    private boolean began;

    /** For so many windows; what ends after the last is left out. */
    LatencyWindows(long windowNanos, int windows) {
        this.windowNanos = windowNanos;
        this.windows = new Histogram[windows];
        for (int i = 0; i < windows; i++) {
            this.windows[i] = new Histogram(1_000, LATENCY_NANOS_MAX, DIGITS);
        }
    }

    @Override
    public void over(long intendedNanos, long overNanos) {
        if (!began) {
            began = true;
            beganNanos = intendedNanos;
        }
        long window = (overNanos - beganNanos) / windowNanos;
        if (window >= 0 && window < windows.length) {
            windows[(int) window].recordValue(Math.min(Math.max(0, overNanos - intendedNanos), LATENCY_NANOS_MAX));
        }
    }

    /** Of each window the latency in milliseconds that so many percent did not exceed; 0 for one without operations. */
    List<Double> percentileMillis(double percentile) {
        List<Double> values = new ArrayList<>();
        for (Histogram window : windows) {
            values.add(window.getValueAtPercentile(percentile) / 1e6);
        }
        return values;
    }

    /** Of each window the operations that ended in it, per second. */
    List<Double> perSecond() {
        List<Double> values = new ArrayList<>();
        for (Histogram window : windows) {
            values.add(window.getTotalCount() * 1e9 / windowNanos);
        }
        return values;
    }

    /**
     * How the last third of a series compares with its first: the median of the one by the median of the other. 1 is flat.
     * Medians, so that one window in which the machine had something else to do does not decide.
     *
     * @throws IllegalArgumentException if there are less than three
     */
    static double lastThirdByFirst(List<Double> series) {
        int third = series.size() / 3;
        if (third == 0) {
            throw new IllegalArgumentException(series.size() + " windows have no thirds");
        }
        double first = Spread.of(series.subList(0, third)).median();
        double last =
                Spread.of(series.subList(series.size() - third, series.size())).median();
        return last / first;
    }
}
