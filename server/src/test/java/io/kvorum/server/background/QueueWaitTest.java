package io.kvorum.server.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

final class QueueWaitTest {
    private static final long SEED = Long.getLong("kvorum.test.seed", System.nanoTime());
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long[] BOUNDS = Foreground.bounds();

    private long now = 7 * SECOND;
    private final Loop first = new Loop();
    private final Loop second = new Loop();
    private final QueueWait waits = new QueueWait(List.of(first, second), () -> now);

    @Test
    void loops_that_come_to_everything_at_once_make_nobody_wait() {
        runUntil(now + SECOND, due -> due);
        assertThat(waits.latestNanos()).isZero();
        assertThat(within(0)).isEqualTo(100);
        assertThat(within(Long.MAX_VALUE)).isEqualTo(100);
    }

    @Test
    void loops_are_looked_at_one_after_the_other() {
        assertThat(first.due).isEqualTo(now + 10 * MILLI);
        assertThat(second.due).isEqualTo(now + 20 * MILLI);
    }

    @Test
    void loop_that_was_late_is_known_by_how_much() {
        now = second.due + 5 * MILLI;
        second.run();
        assertThat(waits.latestNanos()).isEqualTo(15 * MILLI);
        now = first.due + 15 * MILLI;
        first.run();
        assertThat(within(4 * MILLI)).isZero();
        assertThat(within(6 * MILLI)).isEqualTo(1);
        assertThat(within(20 * MILLI)).isEqualTo(2);
    }

    @Test
    void loop_that_does_not_run_at_all_is_later_and_later() {
        now = first.due + SECOND;
        assertThat(waits.latestNanos()).isEqualTo(SECOND);
        first.run();
        // Who came meanwhile waited as well, the later the less.
        assertThat(within(500 * MILLI)).isBetween(25L, 32L);
        assertThat(within(Long.MAX_VALUE)).isEqualTo(51);
        now += 500 * MILLI;
        assertThat(waits.latestNanos()).isGreaterThanOrEqualTo(SECOND);
    }

    @Test
    void machine_that_slept_for_days_is_awake_at_once() {
        now = first.due + 3 * 24 * 3_600 * SECOND;
        first.run();
        assertThat(within(Long.MAX_VALUE)).isEqualTo(60 * 50 + 1);
        assertThat(first.due).isGreaterThan(now);
    }

    @Test
    void stops_are_counted_for_the_part_of_the_time_that_they_take() {
        SplittableRandom random = new SplittableRandom(SEED);
        // The first 100 ms of each second: of those who come at any time, one in ten waits, and one in twenty 50 ms or
        // more.
        runUntil(
                now + 1_000 * SECOND,
                due -> Math.max(due + random.nextLong(MILLI), due / SECOND * SECOND + 100 * MILLI));
        double all = within(Long.MAX_VALUE);
        assertThat(1 - within(MILLI) / all).as("seed %d", SEED).isBetween(0.09, 0.11);
        assertThat(1 - within(50 * MILLI) / all).as("seed %d", SEED).isBetween(0.04, 0.06);
    }

    /** Runs what is due, each at the time that is made of when it should have run. */
    private void runUntil(long end, LongUnaryOperator runsAt) {
        while (Math.min(first.due, second.due) <= end) {
            Loop next = first.due <= second.due ? first : second;
            now = Math.max(now, runsAt.applyAsLong(next.due));
            next.run();
        }
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
    private final class Loop implements TaskLoop {
        private Runnable task = () -> {};
        private long due;

        void run() {
            task.run();
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable once) {
            assertThat(delayNanos).isPositive();
            task = once;
            due = now + delayNanos;
            return () -> {};
        }

        @Override
        public boolean execute(Runnable once) {
            throw new UnsupportedOperationException("nothing else is asked of it");
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable again) {
            throw new UnsupportedOperationException("nothing else is asked of it");
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
