package io.kvorum.server;

import io.kvorum.server.backup.RestoreCommand;
import io.kvorum.server.config.ConfigException;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.runtime.StartException;
import io.kvorum.server.runtime.StopSignals;
import io.kvorum.storage.disk.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs one node in the foreground until it is told to stop: SIGTERM, Ctrl-C, or the end of standard input if it was
 * started so; the exit code is 0 then. What an operator got wrong is one message on standard error, and exit code 2; any other
 * start that fails is exit code 1, and so is a stop in which something failed.
 */
@Command(
        name = "kvorum-server",
        description = "A node of Kvorum.",
        subcommands = {Main.NodeCommand.class, RestoreCommand.class},
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
    private static final int WRONG_USE = 2;

    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler((failure, line, parsed) -> {
            if (failure instanceof ConfigException || failure instanceof StartException) {
                line.getErr().println("kvorum: " + failure.getMessage());
                return WRONG_USE;
            }
            LoggerFactory.getLogger(Main.class).error("the node could not start", failure);
            return 1;
        });
        System.exit(commandLine.execute(arguments));
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, System.err);
        return WRONG_USE;
    }

    /** {@code node}: one node in the foreground. */
    @Command(name = "node", description = "Runs one node in the foreground.", mixinStandardHelpOptions = true)
    static final class NodeCommand implements Callable<Integer> {
        @Option(names = "--config", paramLabel = "FILE", description = "the configuration, see conf/kvorum.yaml")
        @Nullable
        Path config;

        @Option(
                names = "--set",
                paramLabel = "NAME=VALUE",
                description = "overrides a property; may be given again and again")
        List<String> sets = List.of();

        @Option(
                names = "--exit-with-stdin",
                description = "stops when standard input ends: so that no node outlives who started it")
        boolean exitWithStandardInput;

        @Option(
                names = "--salvage",
                description = "goes on without what is damaged in the journal, and says what it drops")
        boolean salvage;

        @Override
        public Integer call() throws Exception {
            NodeConfig loaded = ConfigLoader.load(config, System.getenv(), sets, Machine.local());
            loaded.log().publish();
            StopSignals.endAtOnce();
            try (Node node = new Node(loaded, salvage, Disk.system())) {
                node.start();
                node.closeAtShutdown();
                if (exitWithStandardInput) {
                    node.closeAtEndOf(System.in);
                }
                node.awaitClosed();
                LoggerFactory.getLogger(Main.class).info(node.isClean() ? "stopped" : "stopped, but not as it should");
                return node.isClean() ? 0 : 1;
            }
        }
    }
}
