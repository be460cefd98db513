package io.kvorum.server.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a client may be closed, by what it did when. */
class DrainPaceTest {
    private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2); // the clock overflows meanwhile
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);

    private static long millis(long after) {
        return BEGIN + TimeUnit.MILLISECONDS.toNanos(after);
    }

    @Test
    void who_has_been_silent_for_long_is_closed_at_once() {
        DrainPace pace = new DrainPace(BEGIN, DrainPace.QUIET_NANOS, TIMEOUT);
        assertThat(pace.mayClose(BEGIN, false)).isTrue();
        assertThat(pace.isQuiet(BEGIN, false)).isTrue();
    }

    @Test
    void who_has_just_sent_is_given_a_moment_anew_with_every_answer() {
        DrainPace pace = new DrainPace(BEGIN, 0, TIMEOUT);
        assertThat(pace.restNanos(BEGIN, false)).isEqualTo(DrainPace.QUIET_NANOS);
        assertThat(pace.mayClose(millis(99), false)).isFalse();
        pace.active(millis(99));
        assertThat(pace.mayClose(millis(198), false)).isFalse();
        assertThat(pace.restNanos(millis(198), false)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(pace.mayClose(millis(199), false)).isTrue();
    }

    @Test
    void a_node_that_stood_still_itself_does_not_take_that_for_silence() {
        DrainPace pace = new DrainPace(BEGIN, 0, TIMEOUT);
        pace.look(BEGIN);
        assertThat(pace.restNanos(BEGIN, false)).isEqualTo(DrainPace.QUIET_NANOS);
        pace.look(millis(600));
        assertThat(pace.isQuiet(millis(600), false)).isFalse();
        assertThat(pace.restNanos(millis(600), false)).isEqualTo(DrainPace.QUIET_NANOS);
        pace.look(millis(701));
        assertThat(pace.isQuiet(millis(701), false)).isTrue();
    }

    @Test
    void who_is_never_silent_is_closed_between_two_requests_after_a_second() {
        DrainPace pace = new DrainPace(BEGIN, 0, TIMEOUT);
        for (long after = 0; after < 1_000; after += 10) {
            pace.active(millis(after));
            assertThat(pace.mayClose(millis(after), false)).isFalse();
        }
        pace.active(millis(1_000));
        assertThat(pace.mayClose(millis(1_000), false)).isTrue();
        assertThat(pace.isQuiet(millis(1_000), false)).isFalse();
    }

    @Test
    void who_watches_stays_while_it_asks() {
        DrainPace pace = new DrainPace(BEGIN, 0, TIMEOUT);
        pace.active(millis(5_000));
        assertThat(pace.mayClose(millis(5_999), true)).isFalse();
        assertThat(pace.mayClose(millis(6_000), true)).isTrue();
    }

    @Test
    void at_the_end_of_the_time_all_are_closed() {
        DrainPace pace = new DrainPace(BEGIN, 0, TIMEOUT);
        assertThat(pace.isOver(millis(9_999))).isFalse();
        pace.active(millis(9_990));
        assertThat(pace.restNanos(millis(9_999), false)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(pace.isOver(millis(10_000))).isTrue();
    }
}
