package io.kvorum.tests.compare;

import io.kvorum.tools.bench.Protocol;
import io.kvorum.tools.bench.Target;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One of the servers that are measured, running: all its processes together. Closing ends them. Owned by the thread of the
 * command.
 */
public final class Side implements AutoCloseable {
    /** The thread of a Kvorum node that writes its checkpoint, as the system names it. */
    public static final String CHECKPOINT_THREAD = KvorumContender.CHECKPOINT_THREAD;

    private static final long READY_WITHIN_NANOS = 60_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 50_000_000L;

    private final Contender contender;
    private final int copies;
    private final List<ServerProcess> processes = new ArrayList<>();

    private final Path directory;

    private Side(Contender contender, int copies, Path directory) {
        this.directory = directory;
        this.contender = contender;
        this.copies = copies;
    }

    /**
     * Starts one node of the Kvorum that is built in a checkout; does not wait for it.
     *
     * @param heap the value of {@code -Xmx}; null leaves that to the launcher
     * @param settings {@code property=value}
     * @param directory made if it is not there
     */
    public static Side ofKvorum(String name, Path home, @Nullable String heap, List<String> settings, Path directory)
            throws IOException {
        return start(new KvorumContender(name, home, heap, settings), 1, directory);
    }

    /**
     * Program, version and revision of the Kvorum that is built in a checkout.
     *
     * @throws CannotCompareException if there is none
     */
    public static String versionOfKvorum(Path home) throws IOException, InterruptedException {
        return new KvorumContender("kvorum", home, null, List.of()).version();
    }

    /**
     * Starts its processes; does not wait for them.
     *
     * @param directory made if it is not there
     */
    static Side start(Contender contender, int nodes, Path directory) throws IOException {
        Files.createDirectories(directory);
        Side side = new Side(contender, contender.copies(nodes), directory);
        try {
            for (Contender.Launch launch : contender.launches(nodes, directory)) {
                side.processes.add(ServerProcess.start(launch, directory));
            }
            return side;
        } catch (IOException | RuntimeException notStarted) {
            side.close();
            throw notStarted;
        }
    }

    /** Waits until all take commands. */
    public void awaitReady(NanoClock clock) throws IOException {
        long deadline = clock.nanoTime() + READY_WITHIN_NANOS;
        for (ServerProcess process : processes) {
            while (!contender.isReady(process.port())) {
                process.requireAlive();
                if (clock.nanoTime() > deadline) {
                    throw new IOException(contender.name() + " is not ready after " + READY_WITHIN_NANOS / 1_000_000_000
                            + " s:\n" + process.logTail());
                }
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
    }

    /** As in tables. */
    public String name() {
        return contender.name();
    }

    Protocol protocol() {
        return contender.protocol();
    }

    /** Where it listens. */
    public List<Target> targets() {
        return processes.stream()
                .map(process -> new Target("127.0.0.1", process.port()))
                .toList();
    }

    /** How many copies of a key all processes hold together. */
    int copies() {
        return copies;
    }

    /** What all processes have used so far; also makes sure that they still run. */
    long cpuNanos() throws IOException {
        long sum = 0;
        for (ServerProcess process : processes) {
            process.requireAlive();
            sum += ProcessAccounts.cpuNanos(process.pid());
            for (String apart : contender.threadsApart()) {
                sum -= ProcessAccounts.cpuNanosOfThreads(process.pid(), apart);
            }
        }
        return sum;
    }

    /** The process, of a server that is one. */
    public long pid() {
        return only().pid();
    }

    /** Where that listens. */
    public int port() {
        return only().port();
    }

    /** All that it has said so far, in earlier lives too. */
    public List<String> log() throws IOException {
        return only().log();
    }

    /** What it counts, if it is Kvorum; also makes sure that it still runs. */
    public MetricsPage metrics() throws IOException {
        only().requireAlive();
        return MetricsPage.ofNode(port());
    }

    /**
     * Makes sure that all still run.
     *
     * @throws IOException with the end of the log of one that does not
     */
    public void requireAlive() throws IOException {
        for (ServerProcess process : processes) {
            process.requireAlive();
        }
    }

    /** Ends all processes at once, as a crash does (SIGKILL). */
    public void kill() {
        processes.forEach(ServerProcess::close);
    }

    /** Asks all processes to end (SIGTERM), and waits for that. */
    public void stop() throws IOException, InterruptedException {
        for (ServerProcess process : processes) {
            process.stop();
        }
    }

    /** Starts the processes that have ended once more, where and as they were; does not wait for them. */
    public void startAgain() throws IOException {
        for (int i = 0; i < processes.size(); i++) {
            processes.set(i, ServerProcess.start(processes.get(i).launch(), directory));
        }
    }

    private ServerProcess only() {
        if (processes.size() != 1) {
            throw new IllegalStateException(processes.size() + " processes of " + contender.name());
        }
        return processes.get(0);
    }

    /** What the processes have to say of themselves when all is measured. */
    List<String> remarks() throws IOException {
        List<String> remarks = new ArrayList<>();
        for (ServerProcess process : processes) {
            remarks.addAll(contender.remarks(process.pid(), process.port()));
        }
        return remarks;
    }

    /** The memory of all processes that is in RAM. */
    public long residentBytes() throws IOException {
        long sum = 0;
        for (ServerProcess process : processes) {
            sum += ProcessAccounts.residentBytes(process.pid());
        }
        return sum;
    }

    long liveBytes() throws IOException, InterruptedException {
        long sum = 0;
        for (ServerProcess process : processes) {
            sum += contender.liveBytes(process.pid(), process.port());
        }
        return sum;
    }

    @Override
    public void close() {
        kill();
    }
}
