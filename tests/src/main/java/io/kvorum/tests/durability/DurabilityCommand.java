package io.kvorum.tests.durability;

import io.kvorum.tests.compare.CannotCompareException;
import io.kvorum.tools.bench.CannotConnectException;
import io.kvorum.tools.runtime.Shutdown;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code durability}: an experiment by its name. */
@Command(
        name = "durability",
        mixinStandardHelpOptions = true,
        description = {
            "Measures what durability costs on one node, and whether it keeps its limits: docs/benchmarks.md.",
            "Exits with 1 if a limit is missed, 2 if it cannot run as asked, 3 if the node failed."
        })
public final class DurabilityCommand implements Runnable {
    static final int CANNOT_RUN = 2;
    static final int SERVER_FAILED = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    private DurabilityCommand() {}

    /** Started by {@code tests/bench/durability}, which says where the checkout is. */
    public static void main(String[] arguments) {
        // Nodes of an experiment that was broken off would go on for ever.
        Shutdown.onSignal(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly));
        Path home =
                Path.of(System.getProperty("kvorum.home", ".")).toAbsolutePath().normalize();
        System.exit(commandLine(home).execute(arguments));
    }

    /** The whole command line, for main and for tests. */
    static CommandLine commandLine(Path home) {
        CommandLine commandLine = new CommandLine(new DurabilityCommand())
                .addSubcommand(new Stalls(home))
                .addSubcommand(new CheckpointTail(home))
                .addSubcommand(new Ingest(home))
                .addSubcommand(new Restart(home))
                .addSubcommand(new LargerThanMemory(home))
                .setUsageHelpWidth(100);
        return commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            boolean expected = failure instanceof CannotCompareException
                    || failure instanceof CannotConnectException
                    || failure instanceof IOException;
            command.getErr()
                    .println(command.getCommandName() + ": " + (expected ? failure.getMessage() : failure.toString()));
            return failure instanceof CannotCompareException ? CANNOT_RUN : SERVER_FAILED;
        });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which experiment?");
    }
}
