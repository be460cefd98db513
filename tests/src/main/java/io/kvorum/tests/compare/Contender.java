package io.kvorum.tests.compare;

import io.kvorum.tools.bench.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server that can be put under load: how to start it, what it speaks, and what it says of its memory. */
interface Contender {
    /**
     * A process to start.
     *
     * @param name its name among the processes of its side
     * @param command replaced by the server itself (exec), so that the pid of the one is that of the other
     * @param environment what is added to ours
     */
    record Launch(String name, int port, List<String> command, Map<String, String> environment) {}

    /** As in the table, and for {@code --against}. */
    String name();

    /**
     * Program and version, for the report.
     *
     * @throws CannotCompareException if it is not there
     */
    String version() throws IOException, InterruptedException;

    Protocol protocol();

    /**
     * The processes that stand beside {@code nodes} nodes of Kvorum, at free ports of loopback.
     *
     * @param directory an empty directory for whatever they write
     */
    List<Launch> launches(int nodes, Path directory) throws IOException;

    /** How many copies of a key there are in all of these processes together. */
    int copies(int nodes);

    /** Whether it takes commands by now; asked again and again. */
    boolean isReady(int port);

    /** What the server itself says is in use. */
    long liveBytes(long pid, int port) throws IOException, InterruptedException;

    /** Threads whose work is not counted as that of operations, by name. */
    default List<String> threadsApart() {
        return List.of();
    }

    /** What there is to note of a process once all is measured. */
    default List<String> remarks(long pid, int port) throws IOException {
        return List.of();
    }

    /** How much more than it Kvorum may take. */
    default List<Limit> limits() {
        return List.of();
    }
}
