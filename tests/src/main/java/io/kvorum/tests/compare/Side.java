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

/** One of the two servers that are compared, running: all its processes together. Closing ends them. */
final class Side implements AutoCloseable {
    private static final long READY_WITHIN_NANOS = 60_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 50_000_000L;

    private final Contender contender;
    private final int copies;
    private final List<ServerProcess> processes = new ArrayList<>();

    private Side(Contender contender, int copies) {
        this.contender = contender;
        this.copies = copies;
    }

    /**
     * Starts its processes; does not wait for them.
     *
     * @param directory made if it is not there
     */
    static Side start(Contender contender, int nodes, Path directory) throws IOException {
        Files.createDirectories(directory);
        Side side = new Side(contender, contender.copies(nodes));
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
    void awaitReady(NanoClock clock) throws IOException {
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

    String name() {
        return contender.name();
    }

    Protocol protocol() {
        return contender.protocol();
    }

    List<Target> targets() {
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

    /** What the processes have to say of themselves when all is measured. */
    List<String> remarks() throws IOException {
        List<String> remarks = new ArrayList<>();
        for (ServerProcess process : processes) {
            remarks.addAll(contender.remarks(process.pid(), process.port()));
        }
        return remarks;
    }

    long residentBytes() throws IOException {
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
        processes.forEach(ServerProcess::close);
    }
}
