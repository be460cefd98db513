package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StampClockTest {
    private final AtomicLong wall = new AtomicLong(1000);
    private final StampClock clock = new StampClock(wall::get, 1000);

    @Test
    void stamps_grow_whatever_the_wall_clock_does_and_exceed_all_that_was_seen() {
        SplittableRandom random = new SplittableRandom(7);
        long last = 0;
        for (int i = 0; i < 10_000; i++) {
            wall.addAndGet(random.nextInt(-20, 30));
            long seen = random.nextInt(3) == 0 ? Stamp.ofMillis(wall.get() + random.nextInt(-50, 50)) : 0;
            long stamp = clock.next(seen);
            assertThat(stamp).isGreaterThan(last).isGreaterThan(seen);
            assertThat(stamp).isGreaterThanOrEqualTo(Stamp.ofMillis(wall.get()));
            last = stamp;
        }
        assertThat(clock.newest()).isGreaterThanOrEqualTo(last);
    }

    @Test
    void others_are_followed_within_the_drift_and_the_rest_is_skew() {
        assertThat(clock.observe(Stamp.ofMillis(900))).isZero();
        assertThat(clock.currentMillis()).isEqualTo(1000);
        assertThat(clock.observe(Stamp.ofMillis(1500))).isZero();
        assertThat(clock.currentMillis()).isEqualTo(1500);
        assertThat(clock.observe(Stamp.ofMillis(5000))).isEqualTo(3000);
        assertThat(clock.currentMillis()).isEqualTo(2000);
        wall.set(10);
        assertThat(clock.currentMillis()).isEqualTo(2000);
    }

    @Test
    void a_stamp_from_the_far_future_does_not_move_what_the_clock_shows() {
        long far = Stamp.ofMillis(1_000_000);
        assertThat(clock.next(far)).isEqualTo(far + 1);
        assertThat(clock.currentMillis()).isEqualTo(1000);
        assertThat(clock.newest()).isEqualTo(far + 1);
        clock.startAbove(far + 50);
        assertThat(clock.next(0)).isEqualTo(far + 51);
        assertThatThrownBy(() -> clock.next(Long.MAX_VALUE)).isInstanceOf(IllegalStateException.class);
    }
}
