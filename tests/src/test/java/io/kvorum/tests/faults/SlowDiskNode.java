package io.kvorum.tests.faults;

import io.kvorum.server.Node;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.NodeConfig;
import java.util.Arrays;
import java.util.List;

/** A process with a node as the server's own, but that its disk may be a {@link SlowDisk}. */
final class SlowDiskNode {
    private SlowDiskNode() {}

    /** Runs the node until it is told to stop; of the server's arguments it knows {@code node --set NAME=VALUE …}. */
    public static void main(String[] arguments) throws Exception {
        List<String> sets = Arrays.stream(arguments)
                .skip(1)
                .filter(argument -> !argument.equals("--set"))
                .toList();
        NodeConfig config = ConfigLoader.load(null, System.getenv(), sets, Machine.local());
        config.log().publish();
        try (Node node = new Node(config, false, SlowDisk.of(config.storage().dataDirectory()))) {
            node.start();
            node.closeAtShutdown();
            node.awaitClosed();
        }
    }
}
