package io.kvorum.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PeerClockTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** Two clocks of any origins and nearly one rate, messages that take any time, in any order: what is told is never later. */
    @Test
    void request_is_over_at_its_receiver_before_its_asker_gives_up() {
        for (int seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long askersOrigin = random.nextLong(-1L << 60, 1L << 60);
            long origin = random.nextLong(-1L << 60, 1L << 60);
            // Parts of a million by which the other clock is faster or slower.
            long rate = random.nextLong(-80, 81);
            PeerClock clock = new PeerClock();
            long now = 0;
            clock.heard(PeerClock.reading(origin), askersOrigin);
            for (int step = 0; step < 50; step++) {
                now += random.nextLong(random.nextBoolean() ? SECOND / 100 : 10 * SECOND);
                if (random.nextInt(3) > 0) {
                    long tookNanos = random.nextLong(random.nextBoolean() ? MILLI / 2 : SECOND);
                    long sent = Math.max(0, now - tookNanos);
                    clock.heard(PeerClock.reading(origin + sent + sent * rate / 1_000_000), askersOrigin + now);
                }
                long deadline = now + random.nextLong(-SECOND, 2 * SECOND);
                int until = clock.until(askersOrigin + deadline, askersOrigin + now);
                long theirs = PeerClock.deadlineNanos(until, origin + now + now * rate / 1_000_000);
                long askerGivesUp = origin + deadline + deadline * rate / 1_000_000;
                // But for what the clocks go apart while it waits.
                assertThat(theirs - askerGivesUp)
                        .as("seed " + seed + ", step " + step)
                        .isLessThanOrEqualTo(MILLI / 5);
            }
        }
    }

    @Test
    void what_a_request_loses_is_how_long_the_freshest_answer_travelled_and_what_clocks_go_apart() {
        PeerClock clock = new PeerClock();
        clock.heard(PeerClock.reading(500 * MILLI), 900 * MILLI);
        clock.heard(PeerClock.reading(1_000 * MILLI), 1_003 * MILLI);
        clock.heard(PeerClock.reading(1_100 * MILLI), 1_200 * MILLI);
        int until = clock.until(2_200 * MILLI, 1_200 * MILLI);
        assertThat(PeerClock.deadlineNanos(until, 1_200 * MILLI)).isEqualTo(2_196 * MILLI);
    }

    @Test
    void reading_that_has_become_wrong_is_let_go_of() {
        PeerClock clock = new PeerClock();
        clock.heard(PeerClock.reading(0), 0);
        // An hour later the other clock is a tenth of a second behind; answers take a tenth too.
        long hour = 3_600 * SECOND;
        clock.heard(PeerClock.reading(hour - SECOND / 5), hour);
        int until = clock.until(hour + SECOND, hour);
        assertThat(PeerClock.deadlineNanos(until, hour)).isEqualTo(hour + SECOND - SECOND / 5);
    }

    @Test
    void who_was_silent_for_long_is_still_asked_and_readings_pass_the_end_of_their_field() {
        for (long origin : new long[] {0, (1L << 32) * MILLI - 5 * SECOND, (1L << 31) * MILLI - 5 * SECOND}) {
            PeerClock clock = new PeerClock();
            clock.heard(PeerClock.reading(origin), 0);
            long day = 24 * 3_600 * SECOND;
            int until = clock.until(day + SECOND, day);
            assertThat(PeerClock.deadlineNanos(until, origin + day) - origin - day)
                    .isEqualTo(SECOND - 20 * MILLI);
            int ever = clock.until(Long.MAX_VALUE, day);
            assertThat(PeerClock.deadlineNanos(ever, origin + day) - origin - day)
                    .isGreaterThan(10 * day);
        }
    }

    @Test
    void nothing_is_asked_before_anything_was_heard() {
        assertThatThrownBy(() -> new PeerClock().until(1, 0)).isInstanceOf(IllegalStateException.class);
    }
}
