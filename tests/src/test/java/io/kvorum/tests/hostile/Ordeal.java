package io.kvorum.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What a cluster has to go through, watched from begin to end: how other clients of one node fare, what memory each node
 * takes at the most, and whether all of them are there afterwards and back to what they were.
 */
final class Ordeal implements AutoCloseable {
    /**
     * What clusters under attack are told: so long as nobody gives up, a machine that has little time shows in how long
     * others wait and not in errors. Where two owners are needed, a suspicion of one is an error, too.
     */
    static final Map<String, String> PATIENT = Map.of(
            "replication.n", "2",
            "replication.read-timeout", "20s",
            "replication.write-timeout", "20s",
            "detector.misses", "20");

    private static final int MB = 1 << 20;
    private static final int NOISE_SHARE = 20;
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(20);

    private final String name;
    private final TestCluster cluster;
    private final NodeMeter[] meters;
    private final long[] residentBytes;
    private final int clientsBefore;
    private final LatencyWatcher watcher;
    private final long beginNanos = System.nanoTime();

    private Ordeal(String name, TestCluster cluster, int nodes, int watched) throws IOException {
        this.name = name;
        this.cluster = cluster;
        this.meters = new NodeMeter[nodes];
        this.residentBytes = new long[nodes];
        for (int node = 0; node < nodes; node++) {
            meters[node] = new NodeMeter(cluster, node);
            residentBytes[node] = meters[node].residentBytes();
            // From now on the peak is this ordeal's.
            Files.writeString(
                    Path.of("/proc", String.valueOf(cluster.process(node).pid()), "clear_refs"), "5");
        }
        this.clientsBefore = clients();
        this.watcher = LatencyWatcher.start(cluster.port(watched));
    }

    /** Begins; node 0 of one is watched. */
    static Ordeal begin(String name, TestCluster cluster) throws IOException {
        return new Ordeal(name, cluster, 1, 0);
    }

    /** Begins with a cluster; the clients of one node are watched. */
    static Ordeal begin(String name, TestCluster cluster, int nodes, int watched) throws IOException {
        return new Ordeal(name, cluster, nodes, watched);
    }

    /** What the watched node looks like from outside. */
    NodeMeter meter(int node) {
        return meters[node];
    }

    /**
     * Ends: no node is lost, the sessions of the attackers are gone, others were served all the while.
     *
     * @param residentMegabytesMax the most that the process of a node may have taken
     * @param p99MillisMax of others' requests, on a machine that has time
     * @param maxMillisMax of others' requests, likewise
     */
    void endWithin(int residentMegabytesMax, int p99MillisMax, int maxMillisMax)
            throws IOException, InterruptedException {
        LatencyWatcher.Report report = watcher.end();
        StringBuilder memory = new StringBuilder();
        for (int node = 0; node < meters.length; node++) {
            assertThat(cluster.process(node).isAlive())
                    .as("node %d lives after %s: %s", node, name, tail(cluster.logText(node)))
                    .isTrue();
            memory.append(String.format(
                    "; n%d %d MB, at most %d MB",
                    node, residentBytes[node] / MB, meters[node].residentBytesPeak() / MB));
        }
        System.out.printf("[ordeal] %s: %.1f s; %s%s%n", name, (System.nanoTime() - beginNanos) / 1e9, report, memory);
        assertThat(report.failures()).as("what others met during %s", name).isEmpty();
        for (int node = 0; node < meters.length; node++) {
            assertThat(meters[node].residentBytesPeak() / MB)
                    .as("resident MB of node %d during %s", node, name)
                    .isLessThanOrEqualTo(residentMegabytesMax);
            assertThat(cluster.logText(node))
                    .as("log of node %d", node)
                    .doesNotContain("LEAK:")
                    .doesNotContain("OutOfMemoryError")
                    .doesNotContain("internal error");
        }
        // Each request is several threads' turns on this machine: what one turn is late by by itself counts for each.
        double turns = NOISE_SHARE * report.noise().overslept();
        // And while the machine stands still, all requests that are due wait until it goes on.
        double allowance = Math.max(turns, report.noise().late());
        assertThat(report.p99Millis())
                .as("p99 of others during %s", name)
                .isLessThanOrEqualTo(p99MillisMax + allowance);
        assertThat(report.maxMillis())
                .as("slowest of others during %s", name)
                .isLessThanOrEqualTo(maxMillisMax + 2 * turns + report.noise().lateMax());
        cluster.await("the attackers' sessions to end", SETTLED_WITHIN, () -> clients() <= clientsBefore);
    }

    private int clients() {
        try {
            int clients = 0;
            for (NodeMeter meter : meters) {
                clients += (int) meter.infoNumber("clients", "connected_clients");
            }
            return clients;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String tail(String log) {
        return log.substring(Math.max(0, log.length() - 4000));
    }

    @Override
    public void close() {
        watcher.close();
    }
}
