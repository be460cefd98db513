package io.kvorum.server.life;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.runtime.Clock;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class EngineWatchTest {
    private long nowMillis = 1_700_000_000_000L;
    private final EngineWatch watch = new EngineWatch(new Clock() {
        @Override
        public long wallMillis() {
            return nowMillis;
        }

        @Override
        public long nanoTime() {
            return nowMillis * 1_000_000;
        }
    });

    @Test
    void failed_checkpoint_is_a_problem_with_its_reason_and_first_time_until_one_is_complete() {
        assertThat(watch.checkpointProblem()).isNull();
        watch.checkpointFailed(new IOException("No space left on device\nreally"));
        nowMillis += 60_000;
        watch.checkpointFailed(new AssertionError("a bug"));
        assertThat(watch.checkpointProblem()).isEqualTo("java.lang.AssertionError: a bug (since 2023-11-14T22:13:20Z)");
        watch.checkpointFailed(new IOException("No space left on device\nreally"));
        assertThat(watch.checkpointProblem()).isEqualTo("No space left on device (since 2023-11-14T22:13:20Z)");
        watch.checkpointed(1, 1, 1);
        assertThat(watch.checkpointProblem()).isNull();
        watch.checkpointFailed(new IOException("again"));
        assertThat(watch.checkpointProblem()).isEqualTo("again (since 2023-11-14T22:14:20Z)");
    }

    @Test
    void values_that_cannot_be_read_a_thousand_times_are_said_once_in_a_while() {
        Logger log = (Logger) LoggerFactory.getLogger(EngineWatch.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        try {
            for (int i = 0; i < 1_000; i++) {
                watch.fetchFailed(new IOException("Input/output error"));
            }
            assertThat(lines.list).hasSize(1);
            nowMillis += 60_000;
            watch.fetchFailed(new IOException("Input/output error"));
            assertThat(lines.list).hasSize(2);
        } finally {
            log.detachAppender(lines);
        }
    }

    @Test
    void checkpoints_and_collections_are_counted_with_the_time_they_took() {
        NodeMetrics metrics = new NodeMetrics(1, List.of());
        watch.register(metrics);
        watch.checkpointing(600, 4_000_000);
        watch.checkpointing(400, 3_000_000);
        watch.checkpointed(1_000, 7_000_000, 9_000_000);
        watch.collected(2_000_000);
        watch.collected(3_500_000);
        assertThat(metrics.prometheusText())
                .contains("\nkvorum_checkpoints_total 1\n")
                .contains("\nkvorum_checkpoint_records_total 1000\n")
                .contains("\nkvorum_checkpoint_busy_microseconds_total 7000\n")
                .contains("\nkvorum_checkpoint_collections_total 2\n")
                .contains("\nkvorum_checkpoint_collect_microseconds_total 5500\n");
    }
}
