package io.kvorum.tests.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One process of a side, started and ended by this program; what it says goes to a file. */
final class ServerProcess implements AutoCloseable {
    private static final int LOG_LINES_SHOWN = 20;

    private final Process process;
    private final Contender.Launch launch;
    private final Path log;

    private ServerProcess(Process process, Contender.Launch launch, Path log) {
        this.process = process;
        this.launch = launch;
        this.log = log;
    }

    static ServerProcess start(Contender.Launch launch, Path directory) throws IOException {
        Path log = directory.resolve(launch.name() + ".log");
        ProcessBuilder builder = new ProcessBuilder(launch.command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(launch.environment());
        return new ServerProcess(builder.start(), launch, log);
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return launch.port();
    }

    /**
     * Makes sure that it still runs.
     *
     * @throws IOException with the end of its log if it does not
     */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(launch.name() + " ended with " + process.exitValue() + ":\n" + logTail());
        }
    }

    /** The last lines that it said. */
    String logTail() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }

    /** Ends it at once: it holds nothing that anyone wants to keep. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
