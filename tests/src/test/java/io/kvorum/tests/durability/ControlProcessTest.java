package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A real process: it must start, measure and hand over what it saw. */
final class ControlProcessTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST = 8 * SECOND;
    private static final long SLEEPS_MIN = 10;

    @Test
    void control_process_sleeps_until_it_is_asked_on_the_clock_of_this_process() throws IOException {
        long sleeps = 0;
        // On a machine that stands still there may be no time for ten sleeps of a millisecond in half a second.
        for (long nanos = SECOND / 2; sleeps < SLEEPS_MIN && nanos <= LONGEST; nanos *= 2) {
            sleeps = sleepsIn(nanos);
        }
        assertThat(sleeps).isGreaterThanOrEqualTo(SLEEPS_MIN);
    }

    private static long sleepsIn(long nanos) throws IOException {
        long from = System.nanoTime();
        try (ControlProcess process = ControlProcess.start()) {
            LockSupport.parkNanos(nanos);
            ControlLog log = process.finish();
            long to = System.nanoTime();
            assertThat(log.lateness().getTotalCount()).isLessThanOrEqualTo(1_000 * (to - from) / SECOND);
            assertThat(log.pauses()).allSatisfy(pause -> {
                assertThat(pause.fromNanos()).isBetween(from, to);
                assertThat(pause.toNanos()).isBetween(from, to);
            });
            return log.lateness().getTotalCount();
        }
    }

    @Test
    void control_thread_hands_over_what_it_saw() {
        try (ControlThread thread = new ControlThread()) {
            LockSupport.parkNanos(SECOND / 10);
            assertThat(thread.finish().lateness().getTotalCount()).isPositive();
        }
    }
}
