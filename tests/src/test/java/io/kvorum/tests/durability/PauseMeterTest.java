package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class PauseMeterTest {
    private static final long MILLI = 1_000_000L;

    private long now = 7 * MILLI;

    /** How long each sleep takes, in milliseconds. */
    private final Queue<Long> sleeps = new ArrayDeque<>();

    private final PauseMeter meter = new PauseMeter(() -> now, millis -> now += sleeps.remove() * MILLI);

    private void sleep(long... millis) throws InterruptedException {
        for (long each : millis) {
            sleeps.add(each);
            meter.sleep();
        }
    }

    @Test
    void lateness_is_what_a_sleep_takes_beyond_a_millisecond() throws InterruptedException {
        sleep(1, 1, 3);
        ControlLog log = meter.log();
        assertThat(log.lateness().getTotalCount()).isEqualTo(3);
        assertThat(log.lateness().getMaxValue()).isBetween(2 * MILLI, 2 * MILLI + 5_000);
        assertThat(log.pauses()).isEmpty();
    }

    @Test
    void long_pauses_are_kept_from_where_the_sleep_should_have_ended_to_where_it_did() throws InterruptedException {
        sleep(1, 10, 11, 1);
        assertThat(meter.log().pauses()).containsExactly(new Span(19 * MILLI, 29 * MILLI));
    }

    @Test
    void time_that_goes_by_between_two_sleeps_is_lateness_too() throws InterruptedException {
        sleep(1);
        now += 40 * MILLI;
        sleep(1);
        assertThat(meter.log().pauses()).containsExactly(new Span(9 * MILLI, 49 * MILLI));
    }

    @Test
    void what_one_process_has_seen_another_reads_from_its_lines() throws InterruptedException {
        sleep(1, 61, 2, 12);
        ControlLog log = meter.log();
        assertThat(ControlLog.parse(log.lines())).isEqualTo(log);
        assertThatIllegalArgumentException().isThrownBy(() -> ControlLog.parse(List.of("pause 1 2")));
    }
}
