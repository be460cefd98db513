package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SimBackgroundTest {
    private final VirtualTime time = new VirtualTime();
    private final SimClock clock = new SimClock(time, 0, 1);
    private final List<Integer> ran = new ArrayList<>();
    private final List<Long> atNanos = new ArrayList<>();
    private final SimBackground background = new SimBackground(
            time,
            new SimThread.Machine() {
                @Override
                public SimClock clock() {
                    return clock;
                }

                @Override
                public long stillUntilNanos() {
                    return 0;
                }
            },
            new SplittableRandom(1),
            "disk");

    @Test
    void tasks_are_done_in_order_and_each_takes_a_time_of_its_own() {
        for (int i = 0; i < 200; i++) {
            execute(i);
        }
        assertThat(ran).isEmpty();
        run(10 * VirtualTime.SECOND);

        assertThat(ran)
                .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
        List<Long> took = IntStream.range(1, 200)
                .mapToObj(i -> atNanos.get(i) - atNanos.get(i - 1))
                .toList();
        assertThat(took).allMatch(nanos -> nanos >= 20_000 && nanos <= 100 * VirtualTime.MILLI);
        assertThat(took).anyMatch(nanos -> nanos > 10 * VirtualTime.MILLI);
        assertThat(took.stream().sorted().toList().get(100)).isLessThan(VirtualTime.MILLI);
    }

    @Test
    void what_is_scheduled_is_done_after_its_delay_by_the_clock_of_the_machine() {
        long before = background.nanoTime();
        background.schedule(VirtualTime.SECOND, () -> atNanos.add(background.nanoTime()));
        run(VirtualTime.SECOND - 1);
        assertThat(atNanos).isEmpty();
        run(VirtualTime.SECOND);

        assertThat(atNanos).hasSize(1);
        assertThat(atNanos.get(0) - before).isGreaterThan(VirtualTime.SECOND);
    }

    @Test
    void what_waits_when_the_process_ends_is_never_done() {
        execute(1);
        background.schedule(VirtualTime.MILLI, () -> ran.add(2));
        background.end();
        execute(3);
        run(VirtualTime.SECOND);

        assertThat(ran).isEmpty();
    }

    private void execute(int number) {
        background.execute(() -> {
            ran.add(number);
            atNanos.add(time.nowNanos());
        });
    }

    private void run(long nanos) {
        long untilNanos = time.nowNanos() + nanos;
        while (time.step(untilNanos)) {
            // until then
        }
    }
}
