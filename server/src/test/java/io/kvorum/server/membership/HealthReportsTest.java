package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HealthReportsTest {
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final List<Integer> reported = new ArrayList<>();
    private final List<Long> waited = new ArrayList<>();
    private boolean full;
    private final List<Integer> late = new ArrayList<>();
    private final HealthReports reports = new HealthReports(
            new QueueLoop(),
            (peer, waitedNanos) -> {
                reported.add(peer);
                waited.add(waitedNanos);
            },
            late::add);

    @Test
    void thousand_misses_before_the_control_thread_looks_are_one_report() {
        for (int i = 0; i < 1000; i++) {
            reports.missed(1, 300);
            reports.missed(2, 300);
        }
        assertThat(queue).hasSize(2);
        runAll();
        assertThat(reported).containsExactly(1, 2);
        reports.missed(1, 300);
        runAll();
        assertThat(reported).containsExactly(1, 2, 1);
    }

    @Test
    void report_says_how_long_the_first_waited_whose_miss_was_not_looked_at() {
        reports.missed(1, 1_000);
        reports.missed(1, 300);
        runAll();
        reports.missed(1, 0);
        runAll();
        assertThat(waited).containsExactly(1_000L, 1L);
    }

    @Test
    void late_answer_and_a_missed_deadline_are_told_apart() {
        reports.late(1);
        reports.missed(1, 300);
        reports.late(1);
        runAll();
        assertThat(reported).containsExactly(1);
        assertThat(late).containsExactly(1);
    }

    @Test
    void report_that_found_the_queue_full_does_not_silence_the_next() {
        full = true;
        reports.missed(1, 300);
        full = false;
        reports.missed(1, 300);
        runAll();
        assertThat(reported).containsExactly(1);
    }

    private void runAll() {
        while (!queue.isEmpty()) {
            queue.remove().run();
        }
    }

    private final class QueueLoop implements TaskLoop {
        @Override
        public boolean execute(Runnable task) {
            return !full && queue.add(task);
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
