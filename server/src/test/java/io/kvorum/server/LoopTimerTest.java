package io.kvorum.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.server.runtime.DrivenClock;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTimerTest {
    private static final long MILLI = 1_000_000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long nowNanos = 1_000 * MILLI;
    private final LoopTimer timer =
            new LoopTimer(channel.eventLoop(), new DrivenClock(() -> nowNanos), TurnFlusher.Flushable::flushNow);
    private int passed;

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    @Test
    void deadline_passes_when_its_time_has_come_and_not_before() {
        within(50);
        steps(49);
        assertThat(passed).isZero();
        steps(10);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void loop_that_stood_still_reads_what_came_meanwhile_before_a_deadline_passes() {
        within(50);
        steps(10);
        jump(2_000);
        assertThat(passed).as("answers may lie in the sockets").isZero();
        steps(20);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void loop_that_is_always_late_does_not_put_its_deadlines_off_for_ever() {
        within(50);
        jump(200);
        jump(200);
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void deadline_that_was_met_while_the_loop_read_what_had_come_does_not_pass() {
        Deadline met = within(50);
        jump(2_000);
        timer.wheel().cancel(met);
        steps(50);
        assertThat(passed).isZero();
    }

    private Deadline within(long millis) {
        Deadline deadline = new Deadline() {
            @Override
            protected void onDeadline(long now) {
                passed++;
            }
        };
        timer.wheel().schedule(deadline, nowNanos + millis * MILLI);
        return deadline;
    }

    private void steps(int millis) {
        for (int i = 0; i < millis; i++) {
            jump(1);
        }
    }

    private void jump(long millis) {
        nowNanos += millis * MILLI;
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
