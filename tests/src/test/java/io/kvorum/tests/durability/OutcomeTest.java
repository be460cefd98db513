package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
    private static final long MILLI = 1_000_000L;

    private final Outcome outcome = new Outcome();

    @Test
    void one_missed_limit_is_enough() {
        outcome.judge(Verdict.atMost("ratio", 3, 3));
        outcome.judge(Verdict.atLeast("SET/s", 25_000, 25_000));
        outcome.judge(Verdict.none("stalls", 0));
        assertThat(outcome.isMet()).isTrue();
        outcome.judge(Verdict.none("losses", 1));
        assertThat(outcome.isMet()).isFalse();
        assertThat(outcome.text())
                .containsPattern("SET/s +25,000 +at least 25,000 +ok")
                .containsPattern("losses +1 +none +MISSED");
    }

    @Test
    void what_is_not_known_misses_its_limit() {
        outcome.judge(Verdict.atMost("ratio", Double.NaN, 3));
        assertThat(outcome.isMet()).isFalse();
    }

    @Test
    void distributions_are_told_with_how_many_were_above_ten_fifty_and_a_hundred_milliseconds() {
        Histogram histogram = new Histogram(1_000, 3_600_000 * MILLI, 3);
        for (long millis : new long[] {1, 9, 11, 51, 60, 99, 101, 500}) {
            histogram.recordValue(millis * MILLI);
        }
        outcome.distributions(Map.of("SET", histogram));
        assertThat(outcome.text().lines().filter(line -> line.startsWith("SET")))
                .singleElement()
                .satisfies(line -> assertThat(line).containsPattern("SET +8 .* 6 +5 +2$"));
    }
}
