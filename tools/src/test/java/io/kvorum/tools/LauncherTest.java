package io.kvorum.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a Maven and a Java that only note what they are called with. */
final class LauncherTest {
    @TempDir
    private Path home;

    @BeforeEach
    void install() throws IOException {
        Path script = home.resolve("tools/bin/kvorum");
        Files.createDirectories(script.getParent());
        Files.copy(Path.of("bin/kvorum"), script, StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(home.resolve("pom.xml"), "<version>1.0</version>\n");
        for (String module : List.of("codec", "ring", "storage", "server", "tools")) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
        }
        program("mvn", """
            for module in codec ring storage server tools; do
                mkdir -p "$module/target/lib"
                : >"$module/target/kvorum-$module-1.0.jar"
            done
            """);
        program("java", """
            if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; exit; fi
            { echo "run $*"; env | grep ^KVORUM_ | sort; } >>"$RUNS"
            """);
    }

    private void program(String name, String text) throws IOException {
        Path file = home.resolve("programs").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Runs a command that succeeds, and returns what Java was called with: arguments and variables, run by run. */
    private String[] runs(Map<String, String> environment, String... words) throws IOException, InterruptedException {
        int exitCode = run(environment, words);
        assertThat(exitCode).as(Files.readString(home.resolve("said"))).isZero();
        String noted = Files.readString(home.resolve("runs"));
        return noted.substring("run ".length()).split("(?m)^run ", -1);
    }

    private int run(Map<String, String> environment, String... words) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("tools/bin/kvorum").toString());
        builder.command().addAll(List.of(words));
        builder.environment().keySet().removeIf(name -> name.startsWith("KVORUM_") || name.equals("JAVA_HOME"));
        builder.environment().putAll(environment);
        builder.environment().merge("PATH", home.resolve("programs").toString(), (path, ours) -> ours + ":" + path);
        builder.environment().put("RUNS", home.resolve("runs").toString());
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(home.resolve("said").toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void properties_in_the_environment_are_for_the_node_and_not_for_what_is_run_to_build_it() throws Exception {
        Map<String, String> environment = Map.of(
                "KVORUM_CLUSTER_SEEDS", "10.0.0.1:6379",
                "KVORUM_CLUSTER_SECRET", "s3cret",
                "KVORUM_HEAP", "1g",
                "KVORUM_PASSWORD", "hunter2");
        String[] runs = runs(environment, "node", "--set", "port=7000");
        assertThat(runs).hasSize(2);
        assertThat(runs[0]).contains("-XX:ArchiveClassesAtExit=").doesNotContain("KVORUM_");
        assertThat(runs[1])
                .contains("node --set port=7000\n")
                .contains("-Xmx1g")
                .contains("KVORUM_CLUSTER_SECRET=s3cret\nKVORUM_CLUSTER_SEEDS=10.0.0.1:6379\n")
                .doesNotContain("KVORUM_HEAP", "KVORUM_PASSWORD");
    }

    @Test
    void what_is_not_built_and_must_not_be_is_told_before_java_is_asked_for_it() throws Exception {
        Map<String, String> skip = Map.of("KVORUM_SKIP_BUILD", "1");
        assertThat(run(skip, "node")).isEqualTo(1);
        assertThat(home.resolve("said"))
                .content()
                .contains("server is not built in", "KVORUM_SKIP_BUILD=1 says not to");
        assertThat(home.resolve("runs")).doesNotExist();
        runs(Map.of(), "node");
        assertThat(runs(skip, "node")).hasSize(3);
    }

    @Test
    void a_collector_that_the_user_names_takes_the_place_of_the_launchers() throws Exception {
        Map<String, String> ours = Map.of("KVORUM_JAVA_OPTS", "-Xlog:gc -XX:+UseZGC");
        assertThat(runs(Map.of(), "node")[1]).contains("-XX:+UseG1GC");
        assertThat(runs(ours, "node")[2]).contains("-XX:+UseZGC").doesNotContain("UseG1GC", "UseSerialGC");
        assertThat(runs(ours, "ctl", "status")[3]).contains("-XX:+UseZGC").doesNotContain("UseSerialGC");
    }
}
