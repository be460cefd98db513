package io.kvorum.tools.ctl;

import io.kvorum.tools.runtime.ChildProcess;
import io.kvorum.tools.up.NodeCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code ctl restore}: makes a data directory from a backup, in a process that has the server's code. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a node's data directory from a backup, on this machine; no node need run. First everything in the"
                    + " backup is compared with its manifest.",
            "Refused when the backup is older than the tombstone grace and its cluster has other members: docs/backup.md."
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--from", paramLabel = "DIR", required = true, description = "The backup.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path from;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "The data directory to make: empty, or not there.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--force",
            description = "Deletes what an earlier restore left there that was cut off. Nothing else is ever deleted.")
    private boolean force;

    @Option(names = "--verify-only", description = "Compares the backup with its manifest, and makes nothing.")
    private boolean verifyOnly;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "1g",
            description =
                    "Heap of the process, as in -Xmx: several times the largest record. Default: ${DEFAULT-VALUE}.")
    private String heap = "1g";

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (dataDirectory == null && !verifyOnly) {
            throw new ParameterException(spec.commandLine(), "--data-dir is missing; or give --verify-only");
        }
        List<String> arguments = new ArrayList<>(List.of("restore", "--from", from.toString()));
        if (dataDirectory != null) {
            arguments.addAll(List.of("--data-dir", dataDirectory.toString()));
        }
        if (force) {
            arguments.add("--force");
        }
        if (verifyOnly) {
            arguments.add("--verify-only");
        }
        return ChildProcess.runToEnd(NodeCommand.fromLauncher(heap).of(arguments));
    }
}
