package io.kvorum.tests.tour;

import io.kvorum.tests.FreePorts;
import io.kvorum.tests.cluster.ClassArchive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * {@code tools/bin/kvorum up} as a process, run from the jars that the build has made, in a directory of its own from
 * which the launcher is found as it is in a clone. Closing ends it and all its nodes.
 */
final class UpProcess implements AutoCloseable {
    static final String LAUNCHER = "tools/bin/kvorum";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NODES = 3;
    private static final int[] OFFSETS = {0, 1000, 2000, 3000};

    private final Process process;
    private final Path output;
    private int consumed;

    private UpProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static Path root() {
        return Path.of(System.getProperty("kvorum.root", "..")).toAbsolutePath().normalize();
    }

    /** A new directory with the launcher in it. */
    static Path clonedDirectory() throws IOException {
        archiveClasses(root().resolve("server/target"));
        Path directory = Files.createTempDirectory("kvorum-tour-").toRealPath();
        Files.createDirectories(directory.resolve("tools/bin"));
        Files.createSymbolicLink(directory.resolve(LAUNCHER), root().resolve(LAUNCHER));
        return directory;
    }

    /** As the launcher does where it has built the jars itself. */
    private static void archiveClasses(Path target) throws IOException {
        try (var files = Files.list(target)) {
            Path jar = files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalStateException("the jars are not built: run this test by mvn verify"));
            Path archive = target.resolve("kvorum-server.jsa");
            if (Files.exists(archive)
                    && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                Files.delete(archive);
            }
            ClassArchive.make(archive, jar + ":" + target.resolve("lib") + "/*");
        }
    }

    /** Starts {@code up} in the directory; does not wait. */
    static UpProcess start(Path directory, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER, "up"));
        command.addAll(options);
        Path output = Files.createTempFile(directory, "up-", ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        environment(builder);
        return new UpProcess(builder.start(), output);
    }

    /** What the launcher must not do in a test: build, or take another JDK than the one that built. */
    static void environment(ProcessBuilder builder) {
        builder.environment().put("KVORUM_SKIP_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }

    /** Waits until what was said since the last call is as wanted, or the process has ended; then it counts as seen. */
    String await(Predicate<String> wanted) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            boolean ended = !process.isAlive();
            String all = output();
            String fresh = all.substring(consumed);
            if (wanted.test(fresh)) {
                consumed = all.length();
                return fresh;
            }
            if (ended || System.nanoTime() > deadline) {
                throw new AssertionError((ended ? "up has ended" : "waited " + PATIENCE) + "; it said:\n" + all);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    void awaitReady() throws IOException {
        await(said -> said.contains("nodes ready in "));
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    Process process() {
        return process;
    }

    /** The nodes, and whatever else was started. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Ctrl-C. Where SIGINT is ignored (a build in the background hands that on), SIGTERM does the same. */
    void interrupt() throws IOException, InterruptedException {
        signal("INT");
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            signal("TERM");
        }
    }

    /** Waits until it and all these are gone; the exit code, or an error if one goes on for longer. */
    int awaitEnd(List<ProcessHandle> others, Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        if (!process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("up still runs after " + within);
        }
        while (others.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("a node still runs after " + within);
            }
            LockSupport.parkNanos(10_000_000);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        List<ProcessHandle> nodes = descendants();
        process.destroyForcibly();
        nodes.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    /** A port from which all that a cluster needs is free. */
    static int freePort() throws IOException {
        int[] offsets = IntStream.of(OFFSETS)
                .flatMap(offset -> IntStream.range(offset, offset + NODES))
                .toArray();
        return FreePorts.find(1, offsets).get(0);
    }

    /** Whether a cluster could start there now. */
    static boolean areFree(int port) {
        return IntStream.of(OFFSETS)
                .flatMap(offset -> IntStream.range(port + offset, port + offset + NODES))
                .allMatch(UpProcess::isFree);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
