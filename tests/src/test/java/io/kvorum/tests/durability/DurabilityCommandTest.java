package io.kvorum.tests.durability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class DurabilityCommandTest {
    @TempDir
    Path notBuilt;

    /** One run of the command line in this JVM. */
    record Run(int exitCode, String out, String err) {
        static Run of(Path home, String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine commandLine = DurabilityCommand.commandLine(home);
            commandLine.setOut(new PrintWriter(out, true));
            commandLine.setErr(new PrintWriter(err, true));
            return new Run(commandLine.execute(arguments), out.toString(), err.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stalls --duration=soon           | 'soon' is no duration",
                "stalls --keys=0                  | --keys is 1 to 4294967296, not 0",
                "stalls --probe=1ms               | --probe is 10ms to 1h, not 1ms",
                "checkpoint-tail --pairs=0        | --pairs is 1 to 1000, not 0",
                "ingest --duration=10s            | --duration by --window is 3 to 1000000, not 2",
                "ingest --depth=0                 | --depth is 1 to 10000, not 0",
                "restart --connections=0          | --connections is 1 to 10000, not 0",
                "larger-than-memory --rate=0      | --rate is 1 to 10000000, not 0",
                "luck                             | Unmatched argument",
                "''                               | which experiment?",
            })
    void what_makes_no_sense_is_refused_before_anything_is_started(String arguments, String message) {
        Run run = Run.of(
                notBuilt,
                arguments.isBlank() ? new String[0] : arguments.strip().split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(DurabilityCommand.CANNOT_RUN);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_checkout_that_is_not_built_is_named_with_what_to_do() {
        Run run = Run.of(notBuilt, "restart");
        assertThat(run.exitCode()).isEqualTo(DurabilityCommand.CANNOT_RUN);
        assertThat(run.err()).contains(notBuilt + " holds no Kvorum that is built");
    }
}
