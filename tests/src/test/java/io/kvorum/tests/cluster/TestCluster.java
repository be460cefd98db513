package io.kvorum.tests.cluster;

import io.kvorum.tests.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/**
 * A cluster of real node processes on loopback, for one test class. Ports are free ones, data lies in a temporary
 * directory, the log of each node is a file that a failed wait prints. Closing kills everything.
 */
public final class TestCluster implements AutoCloseable {
    /** The pause between two looks where nothing is measured. */
    static final Duration A_MOMENT = Duration.ofMillis(20);

    /** The deadlines of a node, and when it takes another for down, as it is shipped: for who measures or judges them. */
    public static final Map<String, String> AS_SHIPPED =
            Map.of("replication.read-timeout", "1s", "replication.write-timeout", "1s", "detector.misses", "2");

    /**
     * Where nothing else is said, a machine that stands still for some seconds costs no request and makes nobody suspect: clients
     * wait for ten. That a process has died its connections tell all the same.
     */
    private static final Map<String, String> PATIENT =
            Map.of("replication.read-timeout", "8s", "replication.write-timeout", "8s", "detector.misses", "20");

    private static final Duration ENDED_WITHIN = Duration.ofSeconds(30);
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final int PEER_OFFSET = 1000;
    private static final int HTTP_OFFSET = 2000;

    private final Path directory;
    private final int[] ports;
    private final Map<String, String> settings;
    private final Process[] processes;
    private final List<String> jvmFlags = new ArrayList<>();
    private String mainClass = "io.kvorum.server.Main";
    private int openFilesMax;
    private IntFunction<String> hosts = node -> "127.0.0.1";
    private @Nullable IntFunction<Path> hostsFiles;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestCluster(Path directory, int[] ports, Map<String, String> settings) {
        this.directory = directory;
        this.ports = ports;
        this.settings = settings;
        this.processes = new Process[ports.length];
    }

    /** Starts a cluster and waits until every node says that it is ready. */
    public static TestCluster start(int nodes) throws IOException {
        return start(nodes, Map.of());
    }

    /** Starts a cluster with these properties on every node and waits until it is ready. */
    public static TestCluster start(int nodes, Map<String, String> settings) throws IOException {
        TestCluster cluster = prepare(nodes, settings);
        for (int node = 0; node < nodes; node++) {
            cluster.startNode(node);
        }
        cluster.awaitReady();
        return cluster;
    }

    /** Makes a cluster none of whose nodes runs yet. */
    public static TestCluster prepare(int nodes, Map<String, String> settings) throws IOException {
        Path directory = Files.createTempDirectory("kvorum-test-");
        int[] ports = FreePorts.find(nodes, 0, PEER_OFFSET, HTTP_OFFSET).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        return new TestCluster(directory, ports, new LinkedHashMap<>(settings));
    }

    /** Adds properties for every node started from now on; later ones win. */
    TestCluster with(Map<String, String> more) {
        settings.putAll(more);
        return this;
    }

    /** Adds flags for the JVM of every node started from now on; later ones win. */
    public TestCluster withJvmFlags(String... flags) {
        jvmFlags.addAll(List.of(flags));
        return this;
    }

    /**
     * Nodes started from now on are measured: they have their heap and their collector as the launcher starts them, but not its
     * compiler, for of many processes on few cores C2 would be what is measured.
     *
     * @param heap as in {@code -Xmx}
     */
    public TestCluster measured(String heap) {
        return withJvmFlags(
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+AlwaysPreTouch",
                "-XX:-UseSerialGC",
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=20");
    }

    /** Nodes started from now on are run by another class, which is given the same arguments. */
    public TestCluster withMain(Class<?> main) {
        mainClass = main.getName();
        return this;
    }

    /** Nodes started from now on may have no more than so many files and sockets open. */
    public TestCluster withOpenFilesMax(int files) {
        openFilesMax = files;
        return this;
    }

    /**
     * The members are known by names, which each node looks up in a file of its own: so that what lies between two nodes
     * can be another address for each pair of them.
     *
     * @param names the name of a member
     * @param files where a node looks addresses up, in the form of {@code /etc/hosts}
     */
    public TestCluster withHosts(IntFunction<String> names, IntFunction<Path> files) {
        hosts = names;
        hostsFiles = files;
        return this;
    }

    /** Starts one node; does not wait. */
    public void startNode(int node) throws IOException {
        startNode(node, Map.of());
    }

    /** Starts one node with properties and arguments of its own; does not wait. */
    public void startNode(int node, Map<String, String> own, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (openFilesMax > 0) {
            command.addAll(List.of("bash", "-c", "ulimit -n " + openFilesMax + "; exec \"$@\"", "node"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        // As the launcher starts them: a node that runs out of heap ends.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(jvmFlags);
        if (hostsFiles != null) {
            command.add("-Djdk.net.hosts.file=" + hostsFiles.apply(node));
        }
        for (String argument : System.getProperty("kvorum.node.jvm.args", "").split(" ", -1)) {
            if (!argument.isBlank()) {
                command.add(argument);
            }
        }
        command.add("-XX:SharedArchiveFile=" + ClassArchive.ofJars());
        command.addAll(List.of("-cp", ClassArchive.classPath()));
        command.addAll(List.of(mainClass, "node"));
        command.addAll(List.of(arguments));
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("node.name", "n" + node);
        properties.put("port", String.valueOf(ports[node]));
        properties.put("data-dir", directory.resolve("n" + node).toString());
        properties.put("cluster.name", "test");
        properties.put("cluster.initial-members", initialMembers());
        properties.putAll(PATIENT);
        properties.putAll(settings);
        properties.putAll(own);
        properties.forEach((name, value) -> {
            command.add("--set");
            command.add(name + "=" + value);
        });
        processes[node] = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(node).toFile()))
                .start();
    }

    /** Waits until every running node says that it is ready. */
    public void awaitReady() {
        for (int node = 0; node < ports.length; node++) {
            if (processes[node] != null) {
                awaitReady(node);
            }
        }
    }

    /** Waits until one node says that it is ready. */
    public void awaitReady(int node) {
        await("node " + node + " to be ready", READY_WITHIN, () -> isReady(node) || !processes[node].isAlive());
        if (!processes[node].isAlive()) {
            throw new IllegalStateException("node " + node + " ended: " + logText(node));
        }
    }

    /** Whether the node's HTTP port says that it is ready. */
    public boolean isReady(int node) {
        return httpStatus(node, "/ready") == 200;
    }

    /** The status that a path of the node's HTTP port answers, 0 if nobody does. */
    public int httpStatus(int node, String path) {
        try {
            return http.send(request(node, path), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException refused) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What a path of the node's HTTP port answers. */
    public String httpBody(int node, String path) throws IOException, InterruptedException {
        return http.send(request(node, path), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private HttpRequest request(int node, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (ports[node] + HTTP_OFFSET) + path))
                .timeout(Duration.ofSeconds(5))
                .build();
    }

    /** A connection to a node. */
    public Jedis connect(int node) {
        return new Jedis("127.0.0.1", ports[node], 10_000);
    }

    /** The port of a node's RESP door. */
    public int port(int node) {
        return ports[node];
    }

    /** The port at which a node expects the others. */
    public int peerPort(int node) {
        return ports[node] + PEER_OFFSET;
    }

    /** The port of a node's HTTP door. */
    public int httpPort(int node) {
        return ports[node] + HTTP_OFFSET;
    }

    /** Ends a node's process at once, as a crash would. */
    public void kill(int node) {
        processes[node].destroyForcibly();
        awaitExit(node);
    }

    /** Asks a node to stop, and waits until it did. Returns its exit code. */
    public int stop(int node) {
        processes[node].destroy();
        return awaitExit(node);
    }

    /** Waits until a node's process has ended; returns its exit code. */
    public int awaitExit(int node) {
        return awaitExit(node, ENDED_WITHIN);
    }

    /** The same of a node that has work to do before. */
    int awaitExit(int node, Duration within) {
        try {
            if (!processes[node].waitFor(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("node " + node + " did not end: " + logText(node));
            }
            return processes[node].exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The process of a node. */
    public Process process(int node) {
        return processes[node];
    }

    /** All that a node has logged. */
    public String logText(int node) {
        try {
            return Files.exists(log(node)) ? Files.readString(log(node)) : "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that all nodes have logged, for who looks into a failure. */
    String logTexts() {
        StringBuilder logs = new StringBuilder();
        for (int node = 0; node < ports.length; node++) {
            logs.append("\n--- n").append(node).append('\n').append(logText(node));
        }
        return logs.toString();
    }

    /** Where the nodes keep their data. */
    public Path directory() {
        return directory;
    }

    /** Waits for something to become true, looking again and again; fails with the logs if it does not. */
    public void await(String what, Duration within, BooleanSupplier condition) {
        await(what, within, A_MOMENT, condition);
    }

    /** The same where looking is work that what is measured would notice: with a pause between two looks. */
    void await(String what, Duration within, Duration pause, BooleanSupplier condition) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + within + " for " + what + logTexts());
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** Waits until some other server of a test listens on a port of loopback; returns the port. */
    public int awaitListening(int port) {
        await("port " + port + " to be listened on", READY_WITHIN, () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return port;
    }

    private String initialMembers() {
        StringBuilder members = new StringBuilder();
        for (int node = 0; node < ports.length; node++) {
            members.append(node == 0 ? "" : ",")
                    .append('n')
                    .append(node)
                    .append('@')
                    .append(hosts.apply(node))
                    .append(':')
                    .append(ports[node]);
        }
        return members.toString();
    }

    private Path log(int node) {
        return directory.resolve("n" + node + ".log");
    }

    @Override
    public void close() throws IOException {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
        for (int node = 0; node < processes.length; node++) {
            if (processes[node] != null) {
                awaitExit(node);
            }
        }
        Directories.delete(directory);
    }
}
