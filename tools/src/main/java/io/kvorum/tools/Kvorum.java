package io.kvorum.tools;

import io.kvorum.tools.bench.BenchCommand;
import io.kvorum.tools.console.ExitCode;
import io.kvorum.tools.ctl.CtlCommand;
import io.kvorum.tools.up.UpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The main class of all tools; nodes have their own. */
@Command(
        name = "kvorum",
        subcommands = {UpCommand.class, CtlCommand.class, BenchCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs, administers and measures Kvorum clusters.")
public final class Kvorum {
    private Kvorum() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, for main and for tests. Usage errors exit with 2, all else as {@link ExitCode} says. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Kvorum());
        commandLine.setUsageHelpWidth(100);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            // What is expected has been said by the command itself: this is the outside world, or a bug.
            command.getErr().println(command.getCommandName() + ": " + failure);
            return ExitCode.FAILED;
        });
        commandLine.setParameterExceptionHandler((wrong, arguments) -> {
            // One line that is read, instead of a page that scrolls it away.
            CommandLine command = wrong.getCommandLine();
            String name = command.getCommandSpec().qualifiedName();
            command.getErr().println(name + ": " + wrong.getMessage());
            command.getErr().println("See " + name + " --help");
            return ExitCode.USAGE;
        });
        return commandLine;
    }
}
