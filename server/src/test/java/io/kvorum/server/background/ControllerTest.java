package io.kvorum.server.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ControllerTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long TARGET = 20 * MILLI;

    private final Budget budget = new Budget();
    private final Controller controller = new Controller(TARGET, budget, budget::workedNanos);
    private final Foreground foreground = new Foreground();
    private long fast;
    private long slow;
    private long prompt;
    private long late;
    private long slowNanos = 50 * MILLI;
    private double busy = 1;

    @Test
    void nothing_is_in_the_way_of_background_work_where_nobody_asks() {
        second(0, 0, 0);
        assertThat(budget.share()).isEqualTo(1);
        assertThat(controller.decision()).isEqualTo(Decision.FREE);
        assertThat(budget.restNanos(BackgroundJob.CHECKPOINT, MILLI)).isZero();
    }

    @Test
    void while_more_than_one_client_in_a_hundred_waits_too_long_the_share_is_halved_and_never_none() {
        second(1_000, 0, 0);
        second(1_000, 50, 0);
        assertThat(budget.share()).isEqualTo(0.5);
        assertThat(controller.decision()).isEqualTo(Decision.SLOWED_BY_LATENCY);
        for (int i = 0; i < 100; i++) {
            second(1_000, 50, 0);
        }
        assertThat(budget.share()).isEqualTo(0.02);
        assertThat(budget.restNanos(BackgroundJob.ANTI_ENTROPY, MILLI)).isCloseTo(49 * MILLI, within(2L));
    }

    @Test
    void one_client_in_a_thousand_that_waits_too_long_changes_nothing() {
        for (int i = 0; i < 10; i++) {
            second(1_000, 1, 0);
        }
        assertThat(budget.share()).isEqualTo(1);
    }

    @Test
    void late_event_loops_slow_background_work_too() {
        second(0, 0, 21 * MILLI);
        assertThat(budget.share()).isEqualTo(0.5);
        assertThat(controller.decision()).isEqualTo(Decision.SLOWED_BY_QUEUES);
    }

    @Test
    void what_clients_wait_for_a_loop_that_does_not_run_counts_though_all_that_it_comes_to_is_answered_at_once() {
        for (int i = 0; i < 10; i++) {
            prompt += 40;
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isEqualTo(1);
        prompt += 38;
        late += 2;
        second(1_000, 0, 0);
        assertThat(budget.share()).isEqualTo(0.5);
        assertThat(controller.decision()).isEqualTo(Decision.SLOWED_BY_LATENCY);
        assertThat(foreground.p99Nanos(3)).isGreaterThanOrEqualTo(slowNanos);
    }

    @Test
    void waits_of_both_kinds_that_are_too_long_count_together() {
        prompt += 994;
        late += 6;
        second(994, 6, 0);
        prompt += 994;
        late += 6;
        second(994, 6, 0);
        assertThat(controller.decision()).isEqualTo(Decision.SLOWED_BY_LATENCY);
    }

    @Test
    void share_grows_by_very_little_until_the_last_minute_is_in_time_and_then_by_little() {
        second(1_000, 0, 0);
        for (int i = 0; i < 10; i++) {
            second(1_000, 500, 0);
        }
        double slowest = budget.share();
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        assertThat(controller.decision()).isEqualTo(Decision.CAREFUL);
        assertThat(budget.share()).isBetween(slowest + 0.2, slowest + 0.3);
        while (controller.decision() == Decision.CAREFUL) {
            second(1_000, 0, 0);
        }
        double careful = budget.share();
        second(1_000, 0, 0);
        assertThat(budget.share()).isCloseTo(careful + 0.05, within(0.001));
        for (int i = 0; i < 20; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isEqualTo(1);
        assertThat(controller.decision()).isEqualTo(Decision.FREE);
    }

    @Test
    void each_job_begins_gently_however_much_another_uses() {
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.share(BackgroundJob.HANDOFF)).isEqualTo(1);
        assertThat(budget.share(BackgroundJob.TRANSFER)).isEqualTo(Controller.SHARE_UNUSED);
    }

    @Test
    void share_that_others_use_grows_and_what_they_do_not_use_of_it_is_taken_back() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.percentForOthers(BackgroundJob.TRANSFER)).isEqualTo(5);
        for (int i = 0; i < 4; i++) {
            second(1_000, 0, 0);
            int unused = budget.percentForOthers(BackgroundJob.TRANSFER);
        }
        assertThat(budget.percentForOthers(BackgroundJob.TRANSFER)).isEqualTo(25);
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
            int unused = budget.percentForOthers(BackgroundJob.TRANSFER, 4);
        }
        assertThat(budget.percentForOthers(BackgroundJob.TRANSFER, 0)).isEqualTo(8);
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
            int unused = budget.percentForOthers(BackgroundJob.TRANSFER, 0);
        }
        assertThat(budget.percentForOthers(BackgroundJob.TRANSFER)).isEqualTo(5);
    }

    @Test
    void one_bad_second_halves_the_share_once() {
        second(1_000, 0, 0);
        second(1_000, 500, 0);
        for (int i = 0; i < 3; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isEqualTo(0.5);
    }

    @Test
    void few_requests_decide_nothing() {
        second(10, 0, 0);
        second(10, 10, 0);
        assertThat(budget.share()).isEqualTo(1);
    }

    @Test
    void operator_decides_of_one_job_and_the_others_are_left_to_the_controller() {
        second(1_000, 0, 0);
        second(1_000, 50, 0);
        budget.mode(BackgroundJob.CHECKPOINT, Mode.BOOSTED);
        budget.mode(BackgroundJob.SWEEPING, Mode.PAUSED);
        assertThat(budget.restNanos(BackgroundJob.CHECKPOINT, MILLI)).isZero();
        assertThat(budget.share(BackgroundJob.SWEEPING)).isZero();
        assertThat(budget.restNanos(BackgroundJob.SWEEPING, MILLI)).isPositive();
        assertThat(budget.restNanos(BackgroundJob.ANTI_ENTROPY, MILLI)).isEqualTo(MILLI);
        budget.mode(BackgroundJob.SWEEPING, Mode.AUTO);
        assertThat(budget.share(BackgroundJob.SWEEPING)).isEqualTo(0.5);
        assertThat(budget.workedNanos(BackgroundJob.CHECKPOINT)).isEqualTo(MILLI);
    }

    @Test
    void percentile_of_the_last_minute_forgets_what_was_before() {
        second(0, 1_000, 0);
        assertThat(foreground.p99Nanos(60)).isZero();
        second(0, 1_000, 0);
        assertThat(foreground.p99Nanos(60)).isBetween(50 * MILLI, 63 * MILLI);
        for (int i = 0; i < 61; i++) {
            second(1_000, 0, 0);
        }
        assertThat(foreground.p99Nanos(60)).isBetween(MILLI, 2 * MILLI);
        assertThat(foreground.requests(60)).isEqualTo(60_000);
    }

    @Test
    void share_that_is_not_used_is_taken_back_so_that_what_begins_next_begins_gently() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isEqualTo(Controller.SHARE_UNUSED);
        assertThat(controller.decision()).isEqualTo(Decision.FREE);
        busy = 1;
        for (int i = 0; i < 4; i++) {
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isCloseTo(Controller.SHARE_UNUSED + 4 * 0.05, within(0.001));
        assertThat(controller.decision()).isEqualTo(Decision.GROWING);
    }

    @Test
    void job_that_rests_between_two_pieces_of_work_keeps_its_share() {
        busy = 0;
        double restSeconds = 0;
        for (int i = 0; i < 120; i++) {
            if (restSeconds < 1) {
                restSeconds = budget.restNanos(BackgroundJob.TRANSFER, SECOND) / (double) SECOND;
            } else {
                restSeconds--;
            }
            second(1_000, 0, 0);
        }
        assertThat(budget.share()).isGreaterThan(0.9);
    }

    @Test
    void share_is_whole_again_within_seconds_where_nobody_asks_for_anything() {
        for (int i = 0; i < 100; i++) {
            second(1_000, 50, 0);
        }
        assertThat(budget.share()).isEqualTo(Controller.SHARE_MIN);
        for (int i = 0; i < Foreground.SECONDS_MAX + 7; i++) {
            second(0, 0, 0);
        }
        assertThat(budget.share()).isEqualTo(1);
    }

    @Test
    void clients_that_are_used_to_less_wait_too_long_before_the_target_is_reached() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        assertThat(controller.targetNanos()).isEqualTo(3 * MILLI);
        busy = 1;
        slowNanos = 8 * MILLI;
        second(1_000, 50, 0);
        assertThat(controller.decision()).isEqualTo(Decision.SLOWED_BY_LATENCY);
    }

    @Test
    void what_clients_wait_beside_a_job_at_the_least_share_is_nothing_that_they_are_used_to() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        busy = 1;
        slowNanos = 8 * MILLI;
        for (int i = 0; i < 120; i++) {
            second(1_000, 50, 0);
        }
        assertThat(budget.share(BackgroundJob.HANDOFF)).isEqualTo(Controller.SHARE_MIN);
        assertThat(controller.targetNanos()).isBetween(5 * MILLI, 7 * MILLI);
    }

    @Test
    void what_clients_wait_beside_what_others_use_is_nothing_that_they_are_used_to() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        slowNanos = 8 * MILLI;
        for (int i = 0; i < 60; i++) {
            second(1_000, 50, 0);
            int unused = budget.percentForOthers(BackgroundJob.TRANSFER);
        }
        assertThat(controller.targetNanos()).isBetween(3 * MILLI, 4 * MILLI);
    }

    @Test
    void jobs_that_are_held_down_for_minutes_while_clients_wait_all_the_same_are_held_down_no_more() {
        busy = 0;
        for (int i = 0; i < 30; i++) {
            second(1_000, 0, 0);
        }
        busy = 1;
        slowNanos = 8 * MILLI;
        int seconds = 0;
        while (budget.share(BackgroundJob.HANDOFF) < 0.5) {
            second(1_000, 50, 0);
            seconds++;
        }
        assertThat(seconds).isBetween(150, 600);
    }

    @Test
    void checkpoint_that_paces_itself_keeps_the_share_that_it_uses_and_is_a_part_of_what_clients_are_used_to() {
        long[] worked = {0};
        Admission admission = new Admission(budget, TARGET);
        admission.track(BackgroundJob.CHECKPOINT, new JobProgress("records", () -> 0, () -> 0, () -> worked[0], 0.5));
        for (int i = 0; i < 60; i++) {
            fast += 1_000;
            admission.tick(this::counts, new QueueWait(List.of(), () -> 0));
            worked[0] += (long) (0.5 * budget.share(BackgroundJob.CHECKPOINT) * SECOND);
        }
        assertThat(budget.share(BackgroundJob.CHECKPOINT)).isEqualTo(1);
        assertThat(budget.share(BackgroundJob.HANDOFF)).isEqualTo(Controller.SHARE_UNUSED);
        assertThat(admission.status().targetNanos()).isEqualTo(3 * MILLI);
    }

    @Test
    void what_clients_wait_while_there_is_background_work_is_nothing_that_they_are_used_to() {
        slowNanos = 8 * MILLI;
        for (int i = 0; i < 30; i++) {
            second(1_000, 50, 0);
        }
        assertThat(controller.targetNanos()).isEqualTo(TARGET);
        assertThat(budget.share()).isEqualTo(1);
    }

    /** A second in which some clients waited for 1 ms, some for longer, and a job did so much of what it may. */
    private void second(int newFast, int newSlow, long queueWaitNanos) {
        budget.restNanos(BackgroundJob.HANDOFF, (long) (busy * budget.share() * SECOND));
        fast += newFast;
        slow += newSlow;
        foreground.look(this::counts, this::waits);
        controller.decide(foreground, queueWaitNanos);
    }

    private long[] waits(long[] bounds) {
        long[] counts = new long[bounds.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = prompt + (bounds[i] >= slowNanos ? late : 0);
        }
        return counts;
    }

    private long[] counts(long[] bounds) {
        long[] counts = new long[bounds.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = (bounds[i] >= MILLI ? fast : 0) + (bounds[i] >= slowNanos ? slow : 0);
        }
        return counts;
    }
}
