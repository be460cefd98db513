package io.kvorum.server.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class QueueWaitTest {
    private static final long SEED = Long.getLong("kvorum.test.seed", System.nanoTime());
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long[] BOUNDS = Foreground.bounds();

    private long now = 7 * MILLI;
    private final Loop first = new Loop();
    private final Loop second = new Loop();
    private final QueueWait waits = new QueueWait(List.of(first, second), () -> now);

    @Test
    void loops_that_come_to_everything_at_once_make_nobody_wait() {
        for (int i = 0; i < 20; i++) {
            pass(50);
            first.run();
            second.run();
        }
        assertThat(waits.latestNanos()).isZero();
        assertThat(within(0)).isEqualTo(40);
        assertThat(within(Long.MAX_VALUE)).isEqualTo(40);
    }

    @Test
    void loop_that_was_late_is_known_by_how_much() {
        pass(50);
        first.run();
        pass(30);
        second.run();
        assertThat(waits.latestNanos()).isEqualTo(30 * MILLI);
        assertThat(within(20 * MILLI)).isEqualTo(1);
        assertThat(within(40 * MILLI)).isEqualTo(2);
    }

    @Test
    void loop_that_does_not_run_at_all_is_later_and_later() {
        pass(1_050);
        first.run();
        assertThat(waits.latestNanos()).isEqualTo(1_000 * MILLI);
        pass(500);
        assertThat(waits.latestNanos()).isEqualTo(1_500 * MILLI);
        // Who came meanwhile waited as well, the later the less.
        assertThat(within(500 * MILLI)).isBetween(9L, 11L);
        assertThat(within(Long.MAX_VALUE)).isEqualTo(20);
    }

    @Test
    void stops_are_counted_for_the_part_of_the_time_that_they_take() {
        SplittableRandom random = new SplittableRandom(SEED);
        // The first 100 ms of each second: of those who come at any time, one in ten waits, and one in twenty 50 ms or
        // more.
        for (int i = 0; i < 20_000; i++) {
            // Timers are not that exact.
            now += 50 * MILLI + random.nextLong(MILLI);
            now = Math.max(now, now / SECOND * SECOND + 100 * MILLI);
            first.run();
        }
        double all = within(Long.MAX_VALUE);
        assertThat(1 - within(MILLI) / all).as("seed %d", SEED).isBetween(0.08, 0.12);
        assertThat(1 - within(50 * MILLI) / all).as("seed %d", SEED).isBetween(0.035, 0.065);
    }

    private void pass(long millis) {
        now += millis * MILLI;
    }

    private long within(long nanos) {
        long found = 0;
        long[] counts = waits.within(BOUNDS);
        for (int i = 0; i < BOUNDS.length && (i == 0 || BOUNDS[i - 1] < nanos); i++) {
            found = counts[i];
        }
        return found;
    }

    /** Runs its one task when it is told to. */
    private static final class Loop implements TaskLoop {
        private Runnable task = () -> {};

        void run() {
            task.run();
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable again) {
            assertThat(intervalNanos).isEqualTo(50 * MILLI);
            task = again;
            return () -> {};
        }

        @Override
        public boolean execute(Runnable once) {
            throw new UnsupportedOperationException("nothing else is asked of it");
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable once) {
            throw new UnsupportedOperationException("nothing else is asked of it");
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
