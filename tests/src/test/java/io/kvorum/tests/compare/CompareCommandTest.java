package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class CompareCommandTest {
    @TempDir
    Path notBuilt;

    /** One run of the command line in this JVM. */
    record Run(int exitCode, String out, String err) {
        static Run of(Path home, String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine commandLine = CompareCommand.commandLine(home);
            commandLine.setOut(new PrintWriter(out, true));
            commandLine.setErr(new PrintWriter(err, true));
            int exitCode = commandLine.execute(arguments);
            return new Run(exitCode, out.toString(), err.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--against=postgres | --against is redis, redis-aof, redis-aof-always, memcached, kvorum, kvorum-memory or kvorum@DIRECTORY, not 'postgres'",
                "--measure=luck     | --measure knows no 'luck'",
                "--operations=incr  | --operations knows no 'incr'",
                "--pairs=0          | --pairs is 1 to 1000, not 0",
                "--depths=1,0       | --depths is 1 to 10000, not 0",
                "--nodes=1,21       | --nodes is 1 to 20, not 21",
                "--keys=0           | --keys is 1 to 4294967296, not 0",
                "--value-bytes=0    | --value-bytes is 1 to 16777216, not 0",
                "--rate=0           | --rate is 1 to 10000000, not 0",
                "--duration=soon    | 'soon' is no duration",
                "--warmup=1ms       | --warmup is 10ms to 1h, not 1ms",
            })
    void what_makes_no_sense_is_refused_before_anything_is_started(String argument, String message) {
        Run run = Run.of(notBuilt, argument.strip());
        assertThat(run.exitCode()).isEqualTo(CompareCommand.CANNOT_RUN);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_checkout_that_is_not_built_is_named_with_what_to_do() {
        Run run = Run.of(notBuilt);
        assertThat(run.exitCode()).isEqualTo(CompareCommand.CANNOT_RUN);
        assertThat(run.err()).contains(notBuilt + " holds no Kvorum that is built");
    }

    @Test
    void a_program_that_is_missing_is_named_with_its_package() {
        Programs.require("sh", "dash");
        assertThatThrownBy(() -> Programs.require("no-such-server", "some-package"))
                .isInstanceOf(CannotCompareException.class)
                .hasMessage("no-such-server is not on the PATH (Debian, Ubuntu: apt-get install some-package)");
    }
}
