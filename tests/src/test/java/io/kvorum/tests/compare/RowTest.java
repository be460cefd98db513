package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The statistics: medians, spreads, ratios pair by pair, and limits. */
final class RowTest {
    static Row row(Measure measure, List<Double> kvorum, List<Double> contender, OptionalDouble limit) {
        return new Row(1, "set", "P=1", measure, kvorum, contender, limit);
    }

    private static Row cpu(List<Double> kvorum, List<Double> contender, double limit) {
        return row(Measure.CPU_PER_OPERATION, kvorum, contender, OptionalDouble.of(limit));
    }

    @Test
    void the_median_is_in_the_middle_whatever_the_order() {
        assertThat(Spread.of(List.of(9.0, 1.0, 5.0))).isEqualTo(new Spread(5, 1, 9));
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(new Spread(3, 1, 100));
        assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7));
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratios_are_taken_within_pairs_so_that_a_slow_moment_of_both_cancels_out() {
        // The machine was three times as slow in the second pair; in each of them Kvorum took a tenth to a fifth more.
        Row row = cpu(List.of(1.2, 3.3, 1.1), List.of(1.0, 3.0, 1.0), 1.15);
        assertThat(Spread.of(row.ratios()).median()).isCloseTo(1.1, within(1e-9));
        assertThat(row.missesLimit()).isFalse();
    }

    @Test
    void a_limit_is_missed_by_the_median_and_not_by_one_pair() {
        assertThat(cpu(List.of(1.0, 1.0, 9.0), List.of(1.0, 1.0, 1.0), 1.3).missesLimit())
                .isFalse();
        assertThat(cpu(List.of(1.0, 2.0, 9.0), List.of(1.0, 1.0, 1.0), 1.3).missesLimit())
                .isTrue();
        assertThat(cpu(List.of(1.3), List.of(1.0), 1.3).missesLimit()).isFalse();
    }

    @Test
    void what_cannot_be_compared_does_not_pass() {
        Row row = cpu(List.of(1.0), List.of(0.0), 1.3);
        assertThat(row.ratios()).containsExactly(Double.NaN);
        assertThat(row.missesLimit()).isTrue();
        assertThatThrownBy(() -> cpu(List.of(1.0), List.of(), 1.3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void no_limit_cannot_be_missed() {
        assertThat(row(Measure.P99, List.of(9.0), List.of(1.0), OptionalDouble.empty())
                        .missesLimit())
                .isFalse();
    }

    @Test
    void limits_hold_for_the_measure_the_nodes_and_the_depth_they_name() {
        List<Limit> limits = new RedisContender("redis", RedisContender.NO_FILE).limits();
        assertThat(Limit.find(limits, Measure.CPU_PER_OPERATION, 1, 1)).hasValue(1.3);
        assertThat(Limit.find(limits, Measure.CPU_PER_OPERATION, 1, 16)).hasValue(1.6);
        assertThat(Limit.find(limits, Measure.CPU_PER_OPERATION, 1, 100)).isEmpty();
        assertThat(Limit.find(limits, Measure.CPU_PER_OPERATION, 3, 1)).isEmpty();
        assertThat(Limit.find(limits, Measure.CPU_PER_OPERATION, 1, 0))
                .as("the open loop")
                .isEmpty();
        assertThat(Limit.find(limits, Measure.LIVE_PER_KEY, 3, 0)).hasValue(1.3);
        assertThat(Limit.find(limits, Measure.RESIDENT_PER_KEY, 3, 0)).isEmpty();
    }
}
