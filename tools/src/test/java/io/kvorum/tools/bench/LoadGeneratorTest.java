package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** The generator in virtual time, against a server whose stalls are known to the nanosecond. */
final class LoadGeneratorTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    /** Answers in order, each after a fixed time, except that nothing leaves during the stall. */
    private static final class FakeServer implements LoadGenerator.Effects {
        private final long serviceNanos;
        private final long stallFrom;
        private final long stallUntil;
        private final List<Long> sentAt = new ArrayList<>();
        private final List<Integer> sentTo = new ArrayList<>();
        private final ArrayDeque<long[]> answers = new ArrayDeque<>();
        private long now;

        FakeServer(long serviceNanos, long stallFrom, long stallUntil) {
            this.serviceNanos = serviceNanos;
            this.stallFrom = stallFrom;
            this.stallUntil = stallUntil;
        }

        @Override
        public void send(int connection, Operation operation, long key) {
            sentAt.add(now);
            sentTo.add(connection);
            long ready = now + serviceNanos;
            answers.add(new long[] {ready >= stallFrom && ready < stallUntil ? stallUntil : ready, connection});
        }

        /** Runs the generator until it is done; both sides always act at the earliest next event. */
        void run(LoadGenerator generator, long giveUp) {
            generator.onTick(now, this);
            while (!generator.isDone(now)) {
                long answer = answers.isEmpty() ? Long.MAX_VALUE : answers.peek()[0];
                now = Math.min(giveUp, Math.min(answer, generator.nextTickNanos()));
                while (!answers.isEmpty() && answers.peek()[0] <= now) {
                    generator.onValue((int) answers.remove()[1], now);
                }
                generator.onTick(now, this);
            }
            generator.giveUp(now);
        }
    }

    private static LoadGenerator generator(LoadPlan plan, int connections, int pipeline) {
        LoadGenerator generator =
                new LoadGenerator(plan, KeyChooser.uniform(10), new SplittableRandom(7), connections, pipeline);
        for (int i = 0; i < connections; i++) {
            generator.onConnected(i);
        }
        return generator;
    }

    private static LoadPlan openLoop(double rate, long measureFrom, long end) {
        return new LoadPlan(Arrivals.share(0, rate, 0, 1), measureFrom, end, end + SECOND, Long.MAX_VALUE, 1, 1, false);
    }

    @Test
    void operations_start_at_even_distances_whatever_the_server_does() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        server.run(generator(openLoop(1_000, 0, SECOND), 4, 8), 2 * SECOND);
        assertThat(server.sentAt).hasSize(1_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(server.sentAt.get(i)).isEqualTo(i * MILLI);
        }
    }

    @Test
    void the_shares_of_several_generators_interleave_to_the_whole_rate() {
        List<Long> times = new ArrayList<>();
        for (int operation = 0; operation < 3; operation++) {
            for (int index = 0; index < 4; index++) {
                times.add(Arrivals.share(100, 1_000, index, 4).intendedNanos(operation));
            }
        }
        for (int i = 0; i < times.size(); i++) {
            assertThat(times.get(i)).isEqualTo(100 + i * MILLI);
        }
    }

    @Test
    void a_stall_shows_in_the_percentiles_as_everyone_who_waited_felt_it() {
        // 1000/s for 10 s, and for one second in the middle the server says nothing. One connection, four on their
        // way: a closed loop would measure four slow operations of ten thousand and report a p99 of 1 ms.
        FakeServer server = new FakeServer(MILLI, 5 * SECOND, 6 * SECOND);
        LoadGenerator generator = generator(openLoop(1_000, 0, 10 * SECOND), 1, 4);
        server.run(generator, 11 * SECOND);

        Histogram latency = generator.measurements().allLatencies();
        assertThat(latency.getTotalCount()).isEqualTo(10_000);
        assertThat(latency.getMaxValue() / 1e9).isCloseTo(1.0, within(0.01));
        assertThat(latency.getValueAtPercentile(99) / 1e9).isGreaterThan(0.5);
        assertThat(generator.measurements().lateCount()).isGreaterThan(900);

        // From the moment of sending hardly anyone seems to have waited: the lie that is avoided.
        Histogram fromSend = generator.measurements().allServiceTimes();
        assertThat(fromSend.getValueAtPercentile(99)).isLessThan(2 * MILLI);
    }

    @Test
    void what_is_never_answered_or_not_even_sent_counts_with_the_time_it_waited() {
        FakeServer server = new FakeServer(MILLI, 500 * MILLI, Long.MAX_VALUE);
        LoadGenerator generator = generator(openLoop(1_000, 0, SECOND), 2, 10);
        server.run(generator, 2 * SECOND);
        Measurements measurements = generator.measurements();
        assertThat(measurements.unansweredCount()).isEqualTo(501); // sent at 499 ms and later
        assertThat(measurements.allLatencies().getTotalCount()).isEqualTo(1_000);
        assertThat(measurements.allLatencies().getMaxValue() / 1e9).isCloseTo(1.501, within(0.01));
    }

    @Test
    void observer_is_told_of_every_operation_that_is_measured_and_how_long_it_took() {
        List<Long> latencies = new ArrayList<>();
        LoadGenerator generator = new LoadGenerator(
                openLoop(1_000, 500 * MILLI, SECOND),
                KeyChooser.uniform(10),
                new SplittableRandom(7),
                1,
                10,
                (intended, over) -> latencies.add(over - intended));
        generator.onConnected(0);
        new FakeServer(MILLI, 900 * MILLI, Long.MAX_VALUE).run(generator, 2 * SECOND);
        Histogram measured = generator.measurements().allLatencies();
        assertThat(latencies).hasSize(500).hasSize((int) measured.getTotalCount());
        assertThat(latencies.stream().filter(latency -> latency > MILLI))
                .as("answered never, or not even sent")
                .hasSize((int) generator.measurements().unansweredCount())
                .isNotEmpty();
    }

    @Test
    void the_warm_up_is_not_measured() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadGenerator generator = generator(openLoop(1_000, SECOND, 2 * SECOND), 2, 10);
        server.run(generator, 3 * SECOND);
        assertThat(server.sentAt).hasSize(2_000);
        assertThat(generator.measurements().allLatencies().getTotalCount()).isEqualTo(1_000);
        assertThat(generator.takeInterval().getTotalCount()).isEqualTo(2_000);
        assertThat(generator.takeInterval().getTotalCount()).isZero();
    }

    @Test
    void a_lost_connection_loses_what_was_on_its_way_and_the_others_carry_on() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadGenerator generator = generator(openLoop(1_000, 0, SECOND), 2, 1);
        generator.onTick(0, server);
        generator.onTick(MILLI, server);
        generator.onTick(2 * MILLI, server);
        assertThat(server.answers).as("both connections are full").hasSize(2);
        generator.onDisconnected(0, 3 * MILLI);
        assertThat(generator.measurements().unansweredCount()).isEqualTo(1);
        generator.onTick(3 * MILLI, server);
        assertThat(server.answers).as("the other one is still full").hasSize(2);
        assertThat(generator.nextTickNanos()).isEqualTo(Long.MAX_VALUE);
        generator.onConnected(0);
        generator.onTick(3 * MILLI, server);
        assertThat(server.answers).hasSize(3);
    }

    @Test
    void the_closed_loop_keeps_every_pipeline_full_and_ends_in_time() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadPlan plan = new LoadPlan(null, 0, SECOND, 2 * SECOND, Long.MAX_VALUE, 1, 0, false);
        LoadGenerator generator = generator(plan, 3, 5);
        server.run(generator, 2 * SECOND);
        assertThat(generator.measurements().latency(Operation.SET).getTotalCount())
                .isEqualTo(15 * 1_000);
        assertThat(generator.measurements().allLatencies().getMaxValue() / 1e6).isCloseTo(1, within(0.01));
        assertThat(generator.lastAnswerNanos()).isEqualTo(SECOND);
    }

    @Test
    void a_batch_is_sent_when_the_last_is_answered_in_whatever_pieces() {
        for (boolean batched : new boolean[] {false, true}) {
            FakeServer server = new FakeServer(MILLI, 0, 0);
            LoadPlan plan = new LoadPlan(null, 0, SECOND, SECOND, Long.MAX_VALUE, 1, 0, batched);
            LoadGenerator generator = generator(plan, 2, 3);
            generator.onTick(0, server);
            generator.onValue(0, 1);
            generator.onValue(0, 1);
            generator.onTick(1, server);
            assertThat(server.sentTo).as("batched: %s", batched).hasSize(batched ? 6 : 8);
            generator.onValue(0, 2);
            generator.onTick(2, server);
            assertThat(server.sentTo).hasSize(9);
            assertThat(server.sentTo.subList(6, 9)).containsOnly(0);
        }
    }

    @Test
    void a_connection_lost_in_the_middle_of_a_batch_begins_a_new_one() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadGenerator generator = generator(new LoadPlan(null, 0, SECOND, SECOND, Long.MAX_VALUE, 1, 0, true), 1, 3);
        generator.onTick(0, server);
        generator.onValue(0, 1);
        generator.onDisconnected(0, 2);
        generator.onConnected(0);
        generator.onTick(3, server);
        assertThat(server.sentTo).hasSize(6);
    }

    @Test
    void a_limited_number_of_operations_is_sent_exactly() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadPlan plan = new LoadPlan(null, 0, SECOND, SECOND, 17, 1, 0, false);
        LoadGenerator generator = generator(plan, 2, 4);
        server.run(generator, SECOND);
        assertThat(server.sentAt).hasSize(17);
        assertThat(generator.measurements().unansweredCount()).isZero();
    }

    @Test
    void errors_and_absent_values_are_answers_that_are_also_counted() {
        FakeServer server = new FakeServer(MILLI, 0, 0);
        LoadGenerator generator = generator(openLoop(1_000, 0, 3 * MILLI), 1, 4);
        generator.onTick(2 * MILLI, server);
        generator.onError(0, "TRYAGAIN", 3 * MILLI);
        generator.onError(0, "TRYAGAIN", 3 * MILLI);
        generator.onAbsent(0, 3 * MILLI);
        assertThat(generator.measurements().errors()).containsExactly(Map.entry("TRYAGAIN", 2L));
        assertThat(generator.measurements().absentCount()).isEqualTo(1);
        assertThat(generator.measurements().allLatencies().getTotalCount()).isEqualTo(3);
    }
}
