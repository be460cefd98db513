package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ProcessAccountsTest {
    @Test
    void user_and_system_time_are_found_behind_any_name() {
        String numbers = "S 1 1 1 0 -1 4194560 1 2 3 4 150 25 9 9 20 0 1 0 100 0 0";
        for (String name : new String[] {"java", "a b", "x) R 9 9", "(())"}) {
            assertThat(ProcessAccounts.cpuNanos("42 (" + name + ") " + numbers))
                    .as(name)
                    .isEqualTo(1_750_000_000L);
        }
    }

    @Test
    void sizes_are_found_by_their_names() throws IOException {
        String text = "Name:\tjava\nVmHWM:\t  9 kB\nVmRSS:\t  1234 kB\n";
        assertThat(ProcessAccounts.kibibytes(text, "VmRSS:")).isEqualTo(1_234);
        assertThatThrownBy(() -> ProcessAccounts.kibibytes(text, "VmSwap:"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("VmSwap:");
    }

    @Test
    void this_process_has_used_time_and_memory() throws IOException {
        long self = ProcessHandle.current().pid();
        assertThat(ProcessAccounts.cpuNanos(self)).isPositive();
        assertThat(ProcessAccounts.residentBytes(self)).isBetween(1L << 20, ProcessAccounts.machineMemoryBytes());
        assertThat(ProcessAccounts.loadAverage()).matches("[0-9.]+ [0-9.]+ [0-9.]+");
    }
}
