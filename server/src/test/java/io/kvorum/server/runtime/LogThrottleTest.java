package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogThrottleTest {
    private static final long SECOND = 1_000_000_000;

    private final LogThrottle throttle = new LogThrottle();

    @Test
    void a_subject_has_one_line_in_half_a_minute() {
        assertThat(throttle.permits("a", 0)).isTrue();
        assertThat(throttle.permits("a", 29 * SECOND)).isFalse();
        assertThat(throttle.permits("b", 29 * SECOND)).isTrue();
        assertThat(throttle.permits("a", 30 * SECOND)).isTrue();
    }

    @Test
    void who_comes_under_ever_new_names_has_twenty_lines_in_half_a_minute() {
        int lines = 0;
        for (int i = 0; i < 10_000; i++) {
            lines += throttle.permits("name " + i, SECOND) ? 1 : 0;
        }
        assertThat(lines).isEqualTo(20);
        assertThat(throttle.permits("another", 31 * SECOND)).isTrue();
    }
}
