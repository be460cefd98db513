package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SimThreadTest {
    private final VirtualTime time = new VirtualTime();
    private final SimClock clock = new SimClock(time, 1_000, 1.01);
    private final List<String> ran = new ArrayList<>();
    private long stillUntilNanos;
    private final SimThread thread = new SimThread(
            time,
            new SimThread.Machine() {
                @Override
                public SimClock clock() {
                    return clock;
                }

                @Override
                public long stillUntilNanos() {
                    return stillUntilNanos;
                }
            },
            new SplittableRandom(1),
            "thread");

    @Test
    void tasks_run_one_after_the_other_in_order_and_not_at_once() {
        assertThat(thread.execute(() -> {
                    ran.add("one");
                    assertThat(thread.inLoop()).isTrue();
                    thread.execute(() -> ran.add("three"));
                }))
                .isTrue();
        thread.execute(() -> ran.add("two"));
        assertThat(ran).isEmpty();
        run(VirtualTime.MILLI);

        assertThat(ran).containsExactly("one", "two", "three");
        assertThat(thread.inLoop()).isFalse();
    }

    @Test
    void nothing_runs_while_the_machine_stands_still_and_all_of_it_afterwards() {
        stillUntilNanos = VirtualTime.SECOND;
        thread.execute(() -> ran.add("task"));
        thread.schedule(VirtualTime.MILLI, () -> ran.add("timer"));
        run(VirtualTime.SECOND - 1);
        assertThat(ran).isEmpty();

        run(VirtualTime.MILLI);
        assertThat(ran).containsExactly("task", "timer");
    }

    @Test
    void timers_follow_the_clock_of_the_machine_and_repeat_until_they_are_cancelled() {
        var every = thread.every(100 * VirtualTime.MILLI, () -> ran.add("tick"));
        long before = clock.nanoTime();
        run(VirtualTime.SECOND);

        assertThat(clock.nanoTime() - before).isGreaterThan(VirtualTime.SECOND);
        assertThat(ran).hasSizeBetween(8, 10);
        every.cancel();
        int ticks = ran.size();
        run(VirtualTime.SECOND);
        assertThat(ran).hasSize(ticks);
    }

    @Test
    void a_process_that_ended_does_nothing_more() {
        thread.execute(() -> ran.add("waiting"));
        thread.schedule(VirtualTime.MILLI, () -> ran.add("timer"));
        thread.end();
        run(VirtualTime.SECOND);

        assertThat(ran).isEmpty();
        assertThat(thread.execute(() -> ran.add("late"))).isFalse();
    }

    @Test
    void a_calendar_jumps_and_the_monotonic_clock_does_not() {
        long wall = clock.wallMillis();
        long monotonic = clock.nanoTime();
        clock.jump(-5_000);

        assertThat(clock.wallMillis()).isEqualTo(wall - 5_000);
        assertThat(clock.nanoTime()).isEqualTo(monotonic);
    }

    private void run(long nanos) {
        long untilNanos = time.nowNanos() + nanos;
        while (time.step(untilNanos)) {
            // until then
        }
    }
}
