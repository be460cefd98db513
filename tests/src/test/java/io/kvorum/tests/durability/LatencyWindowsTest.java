package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LatencyWindowsTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    @Test
    void an_operation_belongs_to_the_window_in_which_it_ended() {
        LatencyWindows windows = new LatencyWindows(5 * SECOND, 3);
        long began = 100 * SECOND;
        windows.over(began, began + 2 * MILLI);
        windows.over(began + 4 * SECOND, began + 6 * SECOND);
        windows.over(began + 7 * SECOND, began + 7 * SECOND + 4 * MILLI);
        windows.over(began + 14 * SECOND, began + 15 * SECOND);
        assertThat(windows.perSecond())
                .as("what ends after the last window is left out")
                .containsExactly(0.2, 0.4, 0.0);
        List<Double> p99 = windows.percentileMillis(99);
        assertThat(p99.get(0)).isCloseTo(2, within(0.1));
        assertThat(p99.get(1)).isCloseTo(2_000, within(20.0));
        assertThat(p99.get(2)).isZero();
    }

    @Test
    void series_that_stays_as_it_is_is_flat_whatever_a_single_window_does() {
        assertThat(LatencyWindows.lastThirdByFirst(List.of(5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 900.0, 5.0, 5.0)))
                .isEqualTo(1.0);
    }

    @Test
    void series_that_grows_is_told_by_how_much_its_last_third_is_above_its_first() {
        assertThat(LatencyWindows.lastThirdByFirst(List.of(2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)))
                .isEqualTo(7.5 / 2.5);
        assertThat(LatencyWindows.lastThirdByFirst(List.of(4.0, 100.0, 2.0))).isEqualTo(0.5);
    }

    @Test
    void two_windows_have_no_thirds() {
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyWindows.lastThirdByFirst(List.of(1.0, 1.0)));
    }
}
