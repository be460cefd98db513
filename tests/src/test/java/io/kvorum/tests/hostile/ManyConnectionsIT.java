package io.kvorum.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Thousands of clients that only stay, one more than may be, and more than the system has descriptors for. */
class ManyConnectionsIT {
    private static final int WANTED = Boolean.getBoolean("kvorum.endurance") ? 10_000 : 5_000;
    private static final int AT_LEAST = 4_000;
    private static final int OWN_FILES = 600;
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void thousands_of_idle_clients_cost_some_kilobytes_each_and_one_more_is_told_so()
            throws IOException, InterruptedException {
        long allowed = allowedFiles() - OWN_FILES;
        assertThat(allowed)
                .as("files that this test may have open: raise ulimit -n")
                .isGreaterThanOrEqualTo(AT_LEAST);
        int clients = (int) Math.min(WANTED, allowed);
        System.out.printf("[ordeal] idle clients: %d, since %d files may be open%n", clients, allowedFiles());
        // As in SlowClientsIT: what the first touch of a page costs is not what a client costs.
        try (TestCluster cluster = TestCluster.prepare(1, Map.of("maxclients", String.valueOf(clients)))
                .withJvmFlags("-Xms256m", "-XX:+AlwaysPreTouch")) {
            cluster.startNode(0);
            cluster.awaitReady();
            idleClients(cluster, clients);
        }
    }

    private static void idleClients(TestCluster cluster, int clients) throws IOException, InterruptedException {
        try (Ordeal ordeal = Ordeal.begin("idle clients", cluster)) {
            NodeMeter meter = ordeal.meter(0);
            long heapBefore = meter.liveHeapBytes();
            long residentBefore = meter.residentBytes();
            // The watchers are clients, too, and so is who asks for INFO: its place is free for one more.
            int room = clients - (int) meter.infoNumber("clients", "connected_clients");
            try (Crowd crowd = Crowd.connect(cluster.port(0), room)) {
                cluster.await(
                        "all to be accepted", SOON, () -> number(meter, "clients", "connected_clients") >= clients);
                long heap = (meter.liveHeapBytes() - heapBefore) / room;
                long resident = (meter.residentBytes() - residentBefore) / room;
                System.out.printf("[ordeal] idle clients: %d bytes of heap, %d resident for each%n", heap, resident);
                assertThat(heap).isLessThan(4 * 1024);
                assertThat(resident).isLessThan(8 * 1024);
                try (RawClient last = RawClient.connect(cluster.port(0))) {
                    assertThat(last.ask("PING")).isEqualTo("+PONG");
                    try (RawClient tooMany = RawClient.connect(cluster.port(0))) {
                        assertThat(tooMany.readToEnd(SOON)).isEqualTo("-ERR max number of clients reached\r\n");
                    }
                }
                assertThat(crowd.closed()).isZero();
            }
            ordeal.endWithin(500, 500, 2500);
        }
    }

    @Test
    void maxclients_is_what_the_system_has_descriptors_for() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(1, Map.of()).withOpenFilesMax(1000)) {
            cluster.startNode(0);
            cluster.awaitReady();
            assertThat(new NodeMeter(cluster, 0).infoNumber("clients", "maxclients"))
                    .isEqualTo(500);
            assertThat(cluster.logText(0)).contains("no more than 500 clients instead of 10000");
        }
    }

    @Test
    void a_node_without_descriptors_left_neither_ends_nor_spins_nor_floods_its_log_and_accepts_again_later()
            throws IOException, InterruptedException {
        try (TestCluster cluster = TestCluster.prepare(1, Map.of()).withOpenFilesMax(150)) {
            cluster.startNode(0);
            cluster.awaitReady();
            NodeMeter meter = new NodeMeter(cluster, 0);
            // Classes are files, too: a node that has run for a moment has read those that it needs.
            cluster.await("two seconds of uptime", SOON, () -> number(meter, "server", "uptime_in_seconds") >= 2);
            assertThat(cluster.httpBody(0, "/metrics")).contains("kvorum_clients");
            int before = meter.openFiles();
            // The HTTP door has no limit that keeps the last descriptors free: together they take all.
            try (Crowd clients = Crowd.connect(cluster.port(0), 100);
                    Crowd watchers = Crowd.connect(cluster.httpPort(0), 100)) {
                cluster.await("no descriptor to be left", SOON, () -> openFiles(meter) >= 149);
                long beginNanos = System.nanoTime();
                double cpuBefore = meter.cpuSeconds();
                LockSupport.parkNanos(1_500_000_000);
                double cpu = (meter.cpuSeconds() - cpuBefore) / ((System.nanoTime() - beginNanos) / 1e9);
                System.out.printf(
                        "[ordeal] no descriptors: %d files before, %d now, %.0f %% of a processor%n",
                        before, openFiles(meter), 100 * cpu);
                assertThat(cpu).isLessThan(0.5);
                assertThat(cluster.process(0).isAlive()).isTrue();
                assertThat(cluster.logText(0)).contains("raise ulimit -n");
                assertThat(cluster.logText(0).lines().count())
                        .as(cluster.logText(0))
                        .isLessThan(10);
                assertThat(clients.size() + watchers.size()).isEqualTo(200);
            }
            cluster.await("clients to be served again", SOON, () -> {
                try (RawClient client = RawClient.connect(cluster.port(0))) {
                    return client.ask("PING").equals("+PONG");
                } catch (IOException notYet) {
                    return false;
                }
            });
        }
    }

    private static long allowedFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
    }

    private static long number(NodeMeter meter, String section, String field) {
        try {
            return meter.infoNumber(section, field);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int openFiles(NodeMeter meter) {
        try {
            return meter.openFiles();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
