package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class StallLogTest {
    private static final long MILLI = 1_000_000L;

    private final StallLog log = new StallLog(100 * MILLI);

    private void request(long fromMillis, long toMillis) {
        log.over(fromMillis * MILLI, toMillis * MILLI);
    }

    private static Stall stall(long fromMillis, long toMillis, long requests, long worstMillis) {
        return new Stall(span(fromMillis, toMillis), requests, worstMillis * MILLI);
    }

    private static Span span(long fromMillis, long toMillis) {
        return new Span(fromMillis * MILLI, toMillis * MILLI);
    }

    private static ControlLog control(Span... pauses) {
        return new ControlLog(new Histogram(3), List.of(pauses));
    }

    @Test
    void requests_up_to_the_limit_are_no_stall() {
        request(0, 100);
        request(50, 60);
        assertThat(log.stalls()).isEmpty();
    }

    @Test
    void slow_requests_of_the_same_time_are_one_stall_from_the_first_start_to_the_last_end() {
        request(1_000, 1_300);
        request(1_010, 1_301);
        request(1_150, 1_302);
        assertThat(log.stalls()).containsExactly(stall(1_000, 1_302, 3, 300));
    }

    @Test
    void slow_requests_of_another_time_are_another_stall() {
        request(1_000, 1_300);
        request(1_301, 1_500);
        assertThat(log.stalls()).containsExactly(stall(1_000, 1_300, 1, 300), stall(1_301, 1_500, 1, 199));
    }

    @Test
    void request_that_ends_last_and_began_first_joins_all_stalls_that_it_saw() {
        request(1_000, 1_200);
        request(1_300, 1_500);
        request(1_600, 1_800);
        request(1_450, 1_900);
        request(1_100, 1_901);
        assertThat(log.stalls()).containsExactly(stall(1_000, 1_901, 5, 801));
    }

    @Test
    void stall_is_the_machines_if_that_stood_still_at_the_time_for_half_as_long_as_the_slowest_request_took() {
        Stall stall = stall(1_000, 1_400, 9, 300);
        assertThat(stall.isSeenBy(List.of(control(span(1_050, 1_200))))).isTrue();
        assertThat(stall.isSeenBy(List.of(control(span(1_050, 1_199)))))
                .as("half is more")
                .isFalse();
        assertThat(stall.isSeenBy(List.of(control(), control(span(1_050, 1_250)))))
                .as("either control counts")
                .isTrue();
    }

    @Test
    void pauses_of_another_time_explain_nothing_but_fifty_milliseconds_are_the_same_time() {
        Stall stall = stall(1_000, 1_200, 1, 200);
        assertThat(stall.isSeenBy(List.of(control(span(800, 950))))).isTrue();
        assertThat(stall.isSeenBy(List.of(control(span(800, 949))))).isFalse();
        assertThat(stall.isSeenBy(List.of(control(span(1_250, 1_400))))).isTrue();
        assertThat(stall.isSeenBy(List.of(control(span(1_251, 1_400))))).isFalse();
        assertThat(stall.controlNanos(List.of(control(span(0, 500), span(1_100, 1_120), span(1_150, 1_190)))))
                .as("the longest at the time")
                .isEqualTo(40 * MILLI);
    }
}
