package io.kvorum.server.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.runtime.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EngineWatchTest {
    @Test
    void checkpoints_and_collections_are_counted_with_the_time_they_took() {
        EngineWatch watch = new EngineWatch(Clock.system());
        NodeMetrics metrics = new NodeMetrics(1, List.of());
        watch.register(metrics);
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
