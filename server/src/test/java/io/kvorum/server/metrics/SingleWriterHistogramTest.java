package io.kvorum.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SingleWriterHistogramTest {
    @Test
    void every_value_is_within_three_percent_of_its_bucket() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong(1L << random.nextInt(1, 42));
            long middle = SingleWriterHistogram.middleOf(SingleWriterHistogram.bucketOf(value));
            assertThat(Math.abs(middle - value) <= 0.016 * value)
                    .as("%d shown as %d", value, middle)
                    .isTrue();
        }
        for (int value = 0; value < 64; value++) {
            assertThat(SingleWriterHistogram.middleOf(SingleWriterHistogram.bucketOf(value)))
                    .isEqualTo(value);
        }
    }

    @Test
    void buckets_ascend_without_gap() {
        for (int bucket = 1; bucket < 1000; bucket++) {
            long middle = SingleWriterHistogram.middleOf(bucket);
            assertThat(SingleWriterHistogram.bucketOf(middle)).isEqualTo(bucket);
            assertThat(middle).isGreaterThan(SingleWriterHistogram.middleOf(bucket - 1));
        }
    }

    @Test
    void percentiles_are_those_of_the_values_recorded() {
        SplittableRandom random = new SplittableRandom(2);
        SingleWriterHistogram histogram = new SingleWriterHistogram();
        long[] values = new long[50_000];
        long sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(random.nextDouble(5, 20));
            sum += values[i];
            histogram.record(values[i]);
        }
        Arrays.sort(values);
        Histogram read = new Histogram(2);
        histogram.addTo(read);
        assertThat(histogram.count()).isEqualTo(values.length);
        assertThat(histogram.sum()).isEqualTo(sum);
        assertThat(histogram.max()).isEqualTo(values[values.length - 1]);
        for (double percentile : new double[] {1, 50, 90, 99, 99.9}) {
            assertThat(read.getValueAtPercentile(percentile))
                    .isCloseTo(
                            values[(int) Math.ceil(percentile / 100 * values.length) - 1],
                            Percentage.withPercentage(4));
        }
    }

    @Test
    void what_is_below_zero_or_beyond_all_bounds_is_counted_at_the_ends() {
        SingleWriterHistogram histogram = new SingleWriterHistogram();
        histogram.record(-1);
        histogram.record(Long.MAX_VALUE);
        histogram.record(Long.MIN_VALUE);
        assertThat(histogram.count()).isEqualTo(3);
        long[] counts = new long[2];
        histogram.addCumulative(new long[] {0, Long.MAX_VALUE}, counts);
        assertThat(counts).containsExactly(2, 3);
    }

    @Test
    @Timeout(60)
    void a_reader_beside_the_writer_sees_counts_that_only_grow_and_in_the_end_all() throws Exception {
        SingleWriterHistogram histogram = new SingleWriterHistogram();
        AtomicBoolean done = new AtomicBoolean();
        int values = 2_000_000;
        Thread writer = new Thread(() -> {
            for (int i = 0; i < values; i++) histogram.record(i & 0xffff);
            done.set(true);
        });
        writer.start();
        long seen = 0;
        while (!done.get()) {
            long count = histogram.count();
            assertThat(count).isBetween(seen, (long) values);
            seen = count;
        }
        writer.join();
        assertThat(histogram.count()).isEqualTo(values);
    }
}
