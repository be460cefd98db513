package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.durability.DurabilityCommandTest.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two experiments in their smallest form, on real processes: what they measure means nothing here. */
final class DurabilityIT {
    private static final Path ROOT =
            Path.of(System.getProperty("kvorum.root", "..")).toAbsolutePath().normalize();

    @TempDir
    Path directory;

    @AfterEach
    void no_process_and_no_data_is_left() throws IOException {
        assertThat(ProcessHandle.current().children()).isEmpty();
        try (var left = Files.list(directory)) {
            assertThat(left.filter(Files::isDirectory)).isEmpty();
        }
    }

    private Run run(Path json, String... arguments) {
        String[] all = new String[arguments.length + 4];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--directory=" + directory;
        all[arguments.length + 1] = "--json=" + json;
        all[arguments.length + 2] = "--heap=256m";
        all[arguments.length + 3] = "--no-limits";
        Run run = Run.of(ROOT, all);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    @Test
    void stalls_are_told_beside_what_both_controls_saw() throws IOException {
        Path json = directory.resolve("stalls.json");
        Run run = run(json, "stalls", "--duration=500ms", "--probe=200ms", "--keys=1000", "--seed=9");
        assertThat(run.out())
                .contains("seed 9")
                .containsPattern("the node manages [0-9,]+ SET/s")
                .containsPattern("SET  .*\ncontrol process  .*\ncontrol thread of the generator  ")
                .containsPattern("stalls above 100 ms that the machine does not explain +[0-9]+ +none")
                .containsPattern("SETs that failed +0 +none +ok")
                .contains("All values are in " + json);
        assertThat(Files.readString(json)).contains("\"control process\": {").contains("\"met\": true");
    }

    @Test
    void a_node_is_killed_and_stopped_and_serves_all_keys_again() {
        Run run = run(directory.resolve("restart.json"), "restart", "--keys=2000", "--set=checkpoint.interval=100ms");
        assertThat(run.out())
                .containsPattern("s from start to serving after kill -9 +[0-9.]+ +at most 20")
                .containsPattern("keys lost after kill -9 +0 +none +ok")
                .containsPattern("s from start to serving after a stop in order +[0-9.]+ +at most 20")
                .containsPattern("keys lost after a stop in order +0 +none +ok");
    }
}
