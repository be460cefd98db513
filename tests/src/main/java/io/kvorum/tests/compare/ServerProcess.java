package io.kvorum.tests.compare;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One process of a side, started and ended by this program; what it says goes to a file. */
final class ServerProcess implements AutoCloseable {
    private static final int LOG_LINES_SHOWN = 20;

    private static final long STOP_SECONDS_MAX = 120;

    private final Process process;
    private final Contender.Launch launch;
    private final Path log;

    private ServerProcess(Process process, Contender.Launch launch, Path log) {
        this.process = process;
        this.launch = launch;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param directory where it runs, and where its log is: what an earlier process of this name said there stays
     */
    static ServerProcess start(Contender.Launch launch, Path directory) throws IOException {
        Path log = directory.resolve(launch.name() + ".log");
        ProcessBuilder builder = new ProcessBuilder(launch.command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
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
        List<String> lines = log();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }

    Contender.Launch launch() {
        return launch;
    }

    /** All that it and earlier processes of its name have said. */
    List<String> log() throws IOException {
        return Files.readAllLines(log, StandardCharsets.UTF_8);
    }

    /**
     * Asks it to end, and waits for that.
     *
     * @throws IOException if it does not
     */
    void stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IOException(launch.name() + " does not stop:\n" + logTail());
        }
    }

    /** Ends it at once: it holds nothing that anyone wants to keep. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
