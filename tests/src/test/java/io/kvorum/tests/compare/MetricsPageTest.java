package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MetricsPageTest {
    private static final MetricsPage BEFORE = MetricsPage.parse("""
            # HELP kvorum_wait_seconds How long
            # TYPE kvorum_wait_seconds histogram
            kvorum_wait_seconds_bucket{le="0.001"} 10
            kvorum_wait_seconds_bucket{le="0.01"} 10
            kvorum_wait_seconds_bucket{le="+Inf"} 10
            kvorum_memory_bytes{area="heap"} 1.5E3
            kvorum_memory_bytes{area="other"} 500
            kvorum_memory_bytes_more 7
            """);

    private static final MetricsPage AFTER = MetricsPage.parse("""
            kvorum_wait_seconds_bucket{le="0.001"} 100
            kvorum_wait_seconds_bucket{le="0.01"} 109
            kvorum_wait_seconds_bucket{le="+Inf"} 110
            """);

    @Test
    void a_family_is_summed_over_its_labels_and_no_other_family() {
        assertThat(BEFORE.sum("kvorum_memory_bytes")).isEqualTo(2_000);
        assertThat(BEFORE.sum("kvorum_nothing")).isZero();
    }

    @Test
    void a_sample_that_is_not_there_is_named() throws IOException {
        assertThat(BEFORE.value("kvorum_memory_bytes{area=\"heap\"}")).isEqualTo(1_500);
        assertThatThrownBy(() -> BEFORE.value("kvorum_nothing"))
                .isInstanceOf(IOException.class)
                .hasMessage("the node tells no kvorum_nothing");
    }

    @Test
    void percentiles_are_of_what_was_counted_between_two_pages() {
        assertThat(AFTER.percentileSince(BEFORE, "kvorum_wait_seconds", 90)).isEqualTo(0.001);
        assertThat(AFTER.percentileSince(BEFORE, "kvorum_wait_seconds", 99)).isEqualTo(0.01);
        assertThat(AFTER.percentileSince(BEFORE, "kvorum_wait_seconds", 99.9)).isInfinite();
        assertThat(AFTER.percentileSince(AFTER, "kvorum_wait_seconds", 50)).isNaN();
        assertThat(AFTER.percentileSince(BEFORE, "kvorum_nothing", 50)).isNaN();
    }
}
