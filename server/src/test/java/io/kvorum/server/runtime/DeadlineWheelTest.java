package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DeadlineWheelTest {
    private static final long TICK = 5;
    private static final long START = Long.MAX_VALUE - 1000; // the monotonic clock may overflow

    private final DeadlineWheel wheel = new DeadlineWheel(START, TICK);
    private final List<String> called = new ArrayList<>();

    private final class Named extends Deadline {
        final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void onDeadline(long nowNanos) {
            called.add(name);
        }
    }

    @Test
    void a_deadline_comes_once_and_not_before_its_time() {
        wheel.schedule(new Named("a"), START + 7);
        wheel.advance(START + 6);
        assertThat(called).isEmpty();
        wheel.advance(START + 7 + TICK);
        wheel.advance(START + 100);
        assertThat(called).containsExactly("a");
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void a_cancelled_deadline_never_comes() {
        Named a = new Named("a");
        Named b = new Named("b");
        wheel.schedule(a, START + 7);
        wheel.schedule(b, START + 7);
        wheel.cancel(a);
        wheel.cancel(a);
        wheel.advance(START + 1000);
        assertThat(called).containsExactly("b");
    }

    @Test
    void a_deadline_scheduled_again_moves() {
        Named a = new Named("a");
        wheel.schedule(a, START + 7);
        wheel.schedule(a, START + 50);
        assertThat(wheel.size()).isEqualTo(1);
        wheel.advance(START + 20);
        assertThat(called).isEmpty();
        wheel.advance(START + 60);
        assertThat(called).containsExactly("a");
    }

    @Test
    void a_deadline_may_schedule_itself_and_cancel_others() {
        Named victim = new Named("victim");
        Deadline again = new Deadline() {
            @Override
            protected void onDeadline(long nowNanos) {
                called.add("again");
                wheel.cancel(victim);
                if (called.size() < 3) wheel.schedule(this, nowNanos - 1);
            }
        };
        wheel.schedule(again, START + 7);
        wheel.schedule(victim, START + 7);
        wheel.advance(START + 10);
        assertThat(called).as("one in the past waits for the next tick").containsExactly("again");
        wheel.advance(START + 15);
        wheel.advance(START + 20);
        assertThat(called).containsExactly("again", "again", "again");
    }

    @Test
    void a_deadline_that_throws_keeps_no_other_from_coming() {
        wheel.schedule(
                new Deadline() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        throw new IllegalStateException("bug");
                    }
                },
                START + 7);
        wheel.schedule(new Named("a"), START + 7);
        assertThatIllegalStateException().isThrownBy(() -> wheel.advance(START + 10));
        assertThat(wheel.nextDueNanos() - (START + 10)).isNotPositive();
        wheel.advance(START + 10);
        assertThat(called).containsExactly("a");
    }

    @Test
    void an_empty_wheel_has_no_next_deadline() {
        assertThatIllegalStateException().isThrownBy(wheel::nextDueNanos);
    }

    /** Against a plain list: random schedules, cancels and jumps of time, from a tick to many turns of the wheel. */
    @Test
    void every_deadline_comes_between_its_time_and_a_tick_later() {
        for (long seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            DeadlineWheel tested = new DeadlineWheel(START, TICK);
            long[] now = {START};
            long[] last = {START};
            List<Deadline> waiting = new ArrayList<>();
            List<Long> due = new ArrayList<>();
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        long at = now[0] + random.nextLong(1L << random.nextInt(1, 16));
                        String which = "seed " + seed + " step " + step;
                        Deadline deadline = new Deadline() {
                            @Override
                            protected void onDeadline(long nowNanos) {
                                assertThat(nowNanos - at).as(which).isNotNegative();
                                assertThat(last[0] - (at + TICK)).as(which).isNegative();
                                int i = waiting.indexOf(this);
                                waiting.remove(i);
                                due.remove(i);
                            }
                        };
                        waiting.add(deadline);
                        due.add(at);
                        tested.schedule(deadline, at);
                    }
                    case 2 -> {
                        if (waiting.isEmpty()) break;
                        int i = random.nextInt(waiting.size());
                        due.remove(i);
                        tested.cancel(waiting.remove(i));
                    }
                    default -> {
                        last[0] = now[0];
                        long jump = random.nextLong(1L << random.nextInt(1, 16));
                        if (!tested.isEmpty() && random.nextBoolean()) jump = tested.nextDueNanos() - now[0];
                        assertThat(jump).as("seed %d step %d", seed, step).isNotNegative();
                        now[0] += jump;
                        tested.advance(now[0]);
                    }
                }
                assertThat(tested.size()).as("seed %d step %d", seed, step).isEqualTo(waiting.size());
                for (long at : due) {
                    long lowerBound = tested.nextDueNanos() - (at + TICK);
                    assertThat(lowerBound).as("seed %d step %d", seed, step).isNotPositive();
                }
            }
        }
    }
}
