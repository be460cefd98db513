package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.compare.CompareCommandTest.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness in its smallest form, Kvorum against itself: real processes, and nothing that must be installed. */
final class CompareIT {
    private static final Path ROOT =
            Path.of(System.getProperty("kvorum.root", "..")).toAbsolutePath().normalize();

    @TempDir
    Path directory;

    @AfterEach
    void no_server_is_left() {
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void a_comparison_shows_every_measure_of_both_sides_and_writes_all_samples() throws IOException {
        Path json = directory.resolve("deeper/result.json");
        Run run = Run.of(
                ROOT,
                "--quick",
                "--against=kvorum",
                "--pairs=2",
                "--depths=4",
                "--operations=mixed",
                "--nodes=1",
                "--duration=100ms",
                "--warmup=100ms",
                "--memory-keys=5000",
                "--seed=9",
                "--json=" + json);
        assertThat(run.exitCode()).as(run.err()).isZero();

        List<String> measured = run.out()
                .lines()
                .filter(line -> line.startsWith("    1  "))
                .map(line -> line.strip().split("  +", -1))
                .map(cells -> cells[1] + " " + cells[3])
                .toList();
        assertThat(measured)
                .as(run.out())
                .containsExactly(
                        "mixed cpu us/op",
                        "mixed ops/s",
                        "mixed cpu us/op",
                        "mixed p50 ms",
                        "mixed p99 ms",
                        "mixed p99.9 ms",
                        "fill resident B/key",
                        "fill live B/key");
        assertThat(run.out())
                .contains(" beside kvorum ")
                .contains("seed 9")
                .contains("All samples are in " + json)
                .doesNotContain("has lost keys");
        assertThat(Files.readString(json)).contains("\"samples\": [").contains("\"contender\": \"kvorum ");
    }

    @Test
    void a_server_that_does_not_start_ends_the_comparison_with_its_last_words() {
        Run run = Run.of(ROOT, "--quick", "--against=kvorum", "--heap=1k", "--json=" + directory.resolve("none.json"));
        assertThat(run.exitCode()).isEqualTo(CompareCommand.SERVER_FAILED);
        assertThat(run.err()).contains("n0 ended with 1").containsIgnoringCase("heap");
        assertThat(run.out()).isEmpty();
    }
}
