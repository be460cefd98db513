package io.kvorum.tools.up;

import io.kvorum.tools.console.ExitCode;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code up}: options, checks, then the {@link UpDriver}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs a cluster on this machine in the foreground, until Ctrl-C.")
public final class UpCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--nodes",
            paramLabel = "COUNT",
            description = "How many nodes, 1 to 100. Default: as many as the data directory holds, else 3.")
    private @Nullable Integer nodes;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description =
                    "Port of the first node for Redis clients; the next nodes follow. Peers are at +1000, HTTP"
                            + " at +2000, memcached at +3000, or from 11211 on if the first port is 6379. Default: as before, else 6379.")
    private @Nullable Integer port;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            defaultValue = "data",
            description = "Where nodes keep identity, data and logs; a second start takes up what is there."
                    + " Default: ${DEFAULT-VALUE}.")
    private Path data = Path.of("data");

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = "Storage engine of the nodes. Default: as before, else xodus.")
    private @Nullable String engine;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A property for all nodes, as in conf/kvorum.yaml. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file of all nodes. Default: conf/kvorum.yaml of this installation.")
    private @Nullable Path config;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "512m",
            description = "Heap of each node, as in -Xmx. Default: ${DEFAULT-VALUE}.")
    private String heap = "512m";

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodes != null && (nodes < 1 || nodes > ClusterSpec.NODES_MAX)) {
            throw usage("--nodes must be 1 to " + ClusterSpec.NODES_MAX + ", not " + nodes);
        }
        if (port != null && (port < 1 || port > 65_535)) {
            throw usage("--port must be 1 to 65535, not " + port);
        }
        Path directory = data.toAbsolutePath().normalize();
        Layout layout = layout(directory);
        ClusterSpec cluster = ClusterSpec.of(layout, directory, configFile(), settings);
        NodeCommand command = NodeCommand.fromLauncher(heap);
        PrintStream out = System.out;

        Files.createDirectories(directory);
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("up.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return refuse(directory + " is in use by another `up`. Stop that one, or choose another --data.");
            }
            List<String> problems = PortCheck.problems(cluster.nodes(), PortCheck::isFree);
            if (!problems.isEmpty()) {
                return refuse(String.join("\n", problems) + "\nStop what listens there (`ss -ltnp` shows it), or take"
                        + " other ports with --port and another --data.");
            }
            layout.write(directory);
            int count = cluster.nodes().size();
            out.println("Starting " + count + (count == 1 ? " node" : " nodes") + " in " + directory + ", engine "
                    + layout.engine());
            return new UpDriver(cluster, command, NanoClock.system(), out).run();
        }
    }

    private Layout layout(Path directory) throws IOException {
        try {
            return Layout.resolve(directory, new Layout.Wish(nodes, port, engine));
        } catch (IllegalArgumentException contradiction) {
            throw usage(String.valueOf(contradiction.getMessage()));
        }
    }

    private Path configFile() {
        Path file = config != null ? config : Path.of(System.getProperty("kvorum.home", ""), "conf", "kvorum.yaml");
        if (!Files.isReadable(file)) {
            throw usage("there is no configuration file " + file.toAbsolutePath() + "; name one with --config");
        }
        return file.toAbsolutePath().normalize();
    }

    private int refuse(String message) {
        spec.commandLine().getErr().println(message);
        spec.commandLine().getErr().flush();
        return ExitCode.FAILED;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
