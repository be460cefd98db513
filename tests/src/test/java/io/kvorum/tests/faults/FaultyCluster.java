package io.kvorum.tests.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.tests.cluster.Members;
import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;

/** A cluster of processes whose connections to each other go through a {@link FaultProxy}. */
final class FaultyCluster implements AutoCloseable {
    private static final Duration WELL_WITHIN = Duration.ofSeconds(30);
    private static final String UP = "up";

    /** As many as owners, since no cluster here has fewer nodes. */
    private static final String ALL = "3";

    /** Each of two loops has some of them. */
    private static final int CONNECTIONS = 4;

    private static final int KEYS_A_NODE = 2;

    private final int size;
    private final TestCluster processes;
    private final FaultProxy network;
    private final IntFunction<Map<String, String>> own;
    private volatile boolean inTrouble;

    private FaultyCluster(int size, TestCluster processes, FaultProxy network, IntFunction<Map<String, String>> own) {
        this.own = own;
        this.size = size;
        this.processes = processes;
        this.network = network;
    }

    /** Starts a cluster, and waits until all of its members see each other. */
    static FaultyCluster start(int size, long seed, Map<String, String> settings) throws IOException {
        return start(size, seed, settings, node -> Map.of());
    }

    /**
     * Starts a cluster, and waits until all of its members see each other.
     *
     * @param own the settings of each node alone
     */
    static FaultyCluster start(int size, long seed, Map<String, String> settings, IntFunction<Map<String, String>> own)
            throws IOException {
        return start(TestCluster.prepare(size, settings), size, seed, own);
    }

    /** The same of nodes whose latencies are measured ({@link TestCluster#measured}), each with so much heap. */
    static FaultyCluster startMeasured(int size, long seed, String heap) throws IOException {
        return start(TestCluster.prepare(size, TestCluster.AS_SHIPPED).measured(heap), size, seed, node -> Map.of());
    }

    private static FaultyCluster start(TestCluster processes, int size, long seed, IntFunction<Map<String, String>> own)
            throws IOException {
        int[] peerPorts = new int[size];
        for (int node = 0; node < size; node++) {
            peerPorts[node] = processes.peerPort(node);
            StringBuilder hosts = new StringBuilder();
            for (int other = 0; other < size; other++) {
                hosts.append(other == node ? "127.0.0.1" : FaultProxy.host(node, other))
                        .append(' ')
                        .append(hostName(other))
                        .append('\n');
            }
            Files.writeString(hostsFile(processes, node), hosts);
        }
        processes
                .withHosts(FaultyCluster::hostName, node -> hostsFile(processes, node))
                .withMain(SlowDiskNode.class);
        FaultyCluster cluster = new FaultyCluster(size, processes, FaultProxy.start(seed, peerPorts), own);
        for (int node = 0; node < size; node++) {
            processes.startNode(node, own.apply(node));
        }
        processes.awaitReady();
        cluster.awaitWell();
        return cluster;
    }

    /** Whether a fault is under way, or its consequences are. Any thread. */
    boolean isInTrouble() {
        return inTrouble;
    }

    void setInTrouble(boolean trouble) {
        inTrouble = trouble;
    }

    int size() {
        return size;
    }

    TestCluster processes() {
        return processes;
    }

    FaultProxy network() {
        return network;
    }

    /** Stops a process where it is; its connections stay. */
    void freeze(int node) {
        signal(node, "STOP");
    }

    /** Lets a process go on. */
    void thaw(int node) {
        signal(node, "CONT");
    }

    /** Starts a process that was killed; does not wait. */
    void restart(int node) {
        try {
            processes.startNode(node, own.apply(node));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on the device of a node takes so long to make anything permanent. */
    void slowDisk(int node, long millis) {
        try {
            SlowDisk.slow(dataDirectory(node), millis);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The device of a node is as fast as it can again. */
    void healDisk(int node) {
        try {
            SlowDisk.heal(dataDirectory(node));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path dataDirectory(int node) {
        return processes.directory().resolve("n" + node);
    }

    private void signal(int node, String signal) {
        try {
            int exit = new ProcessBuilder(
                            "kill",
                            "-" + signal,
                            String.valueOf(processes.process(node).pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + signal + " ended with " + exit);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until every node is ready and sees every other. */
    void awaitWell() {
        processes.await("all nodes to see each other", WELL_WITHIN, this::isWell);
    }

    private boolean isWell() {
        for (int node = 0; node < size; node++) {
            if (!isWell(node)) {
                return false;
            }
        }
        // Trouble that was short may not have been noticed yet, and connections may be dead all the same.
        for (int node = 0; node < size; node++) {
            if (!reachesAll(node)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all owners of some keys answer a node, on each of its loops. */
    private boolean reachesAll(int node) {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Jedis client = processes.connect(node)) {
                client.sendCommand(command("KV.QUORUM"), "R", ALL, "W", ALL);
                for (int key = 0; key < KEYS_A_NODE * size; key++) {
                    client.set("well:" + key, "x");
                    client.get("well:" + key);
                }
            } catch (JedisException notYet) {
                return false;
            }
        }
        return true;
    }

    private boolean isWell(int node) {
        try (Jedis client = processes.connect(node)) {
            Map<String, Object> status = status(client);
            return list(status, "not-ready").isEmpty()
                    && members(status).values().stream().allMatch(UP::equals);
        } catch (JedisException notYet) {
            return false;
        }
    }

    /** Whether one node trusts another, as {@code KV.STATUS} tells. */
    static boolean trusts(Jedis observer, int node) {
        return UP.equals(Members.statusOf(observer, "n" + node));
    }

    private static Map<String, Object> status(Jedis client) {
        return map(client.sendCommand(command("KV.STATUS")));
    }

    private static Map<String, String> members(Map<String, Object> status) {
        Map<String, String> members = new LinkedHashMap<>();
        for (Object member : list(status, "members")) {
            Map<String, Object> fields = map(member);
            members.put(text(field(fields, "name")), text(field(fields, "status")));
        }
        return members;
    }

    static Map<String, Object> map(Object reply) {
        List<Object> flat = new ArrayList<>((List<?>) reply);
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            map.put(text(flat.get(i)), flat.get(i + 1));
        }
        return map;
    }

    static Object field(Map<String, Object> fields, String name) {
        return Objects.requireNonNull(fields.get(name), name);
    }

    private static List<?> list(Map<String, Object> fields, String name) {
        return (List<?>) field(fields, name);
    }

    static ProtocolCommand command(String name) {
        return () -> name.getBytes(US_ASCII);
    }

    static String text(Object bulk) {
        return new String((byte[]) bulk, UTF_8);
    }

    private static String hostName(int node) {
        return "n" + node + ".kvorum.test";
    }

    private static Path hostsFile(TestCluster processes, int node) {
        return processes.directory().resolve("n" + node + ".hosts");
    }

    @Override
    public void close() throws IOException {
        try {
            processes.close();
        } finally {
            network.close();
        }
    }
}
