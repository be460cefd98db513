package io.kvorum.tests.cluster;

import io.kvorum.server.Node;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.peer.VersionRange;
import io.kvorum.storage.disk.Disk;
import java.util.Arrays;
import java.util.List;

/** A process with a node as the server's own, but that it speaks the peer protocol of an older or a newer release. */
final class OtherReleaseNode {
    private static final String OLDEST = "kvorum.test.oldest";
    private static final String NEWEST = "kvorum.test.newest";

    private OtherReleaseNode() {}

    /** The flags of a JVM that runs a node of such a release. */
    static String[] jvmFlags(int oldest, int newest) {
        return new String[] {"-D" + OLDEST + "=" + oldest, "-D" + NEWEST + "=" + newest};
    }

    /** Runs the node until it is told to stop; of the server's arguments it knows {@code node --set NAME=VALUE …}. */
    public static void main(String[] arguments) throws Exception {
        List<String> sets = Arrays.stream(arguments)
                .skip(1)
                .filter(argument -> !argument.equals("--set"))
                .toList();
        NodeConfig config = ConfigLoader.load(null, System.getenv(), sets, Machine.local());
        config.log().publish();
        VersionRange versions = new VersionRange(Integer.getInteger(OLDEST), Integer.getInteger(NEWEST));
        try (Node node = new Node(config, false, Disk.system(), versions)) {
            node.start();
            node.closeAtShutdown();
            node.awaitClosed();
        }
    }
}
