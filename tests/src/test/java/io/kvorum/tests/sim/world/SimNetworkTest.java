package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SimNetworkTest {
    private static final int MESSAGES = 1_000;

    private final VirtualTime time = new VirtualTime();
    private final SimNetwork network = new SimNetwork(time, new SplittableRandom(1), 2);
    private final List<Integer> arrived = new ArrayList<>();

    @Test
    void everything_arrives_once_and_some_of_it_overtakes() {
        send();
        run();

        assertThat(arrived).hasSize(MESSAGES).doesNotHaveDuplicates();
        assertThat(arrived).isNotEqualTo(IntStream.range(0, MESSAGES).boxed().toList());
        assertThat(network.underWay()).isZero();
    }

    @Test
    void a_cut_is_one_way_and_what_was_sent_into_it_comes_late_or_never() {
        network.cut(0, 1);
        send();
        List<Integer> back = new ArrayList<>();
        network.send(1, 0, false, () -> back.add(1));
        run();
        assertThat(arrived).isEmpty();
        assertThat(back).hasSize(1);
        assertThat(network.isInOrder()).isFalse();

        network.mend(0, 1);
        run();
        assertThat(arrived.size()).isBetween(MESSAGES / 3, MESSAGES * 2 / 3);
        assertThat(network.isInOrder()).isTrue();
    }

    @Test
    void a_disturbed_direction_loses_some_and_doubles_what_may_be_doubled() {
        network.disturb(0, 1, 0.3, 0.5);
        send();
        run();
        int single = arrived.size();
        assertThat(single).isBetween(MESSAGES / 2, MESSAGES * 9 / 10);

        arrived.clear();
        for (int i = 0; i < MESSAGES; i++) {
            int message = i;
            network.send(0, 1, true, () -> arrived.add(message));
        }
        run();
        assertThat(arrived.size()).isGreaterThan(single + MESSAGES / 5);
    }

    @Test
    void a_slow_direction_is_later_than_it_was() {
        long usual = latest();
        network.slow(0, 1, VirtualTime.SECOND);

        assertThat(latest()).isGreaterThan(10 * usual).isLessThan(2 * VirtualTime.SECOND);
    }

    private long latest() {
        long begin = time.nowNanos();
        long[] last = new long[1];
        for (int i = 0; i < MESSAGES; i++) {
            network.send(0, 1, false, () -> last[0] = time.nowNanos() - begin);
        }
        run();
        return last[0];
    }

    private void send() {
        for (int i = 0; i < MESSAGES; i++) {
            int message = i;
            network.send(0, 1, false, () -> arrived.add(message));
        }
    }

    private void run() {
        long untilNanos = time.nowNanos() + 10 * VirtualTime.SECOND;
        while (time.step(untilNanos)) {
            // until nothing is under way
        }
    }
}
