package io.kvorum.tests.tour;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.Directories;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What {@code up} promises: it says when it is ready, remembers who its nodes are, and leaves no process behind. */
final class UpIT {
    /** That no process is left is the promise, not how soon. */
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);

    private Path directory;
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        directory = UpProcess.clonedDirectory();
        port = UpProcess.freePort();
    }

    @AfterEach
    void cleanUp() throws IOException {
        Directories.delete(directory);
    }

    private UpProcess up(String... options) throws IOException {
        return UpProcess.start(directory, List.of(options));
    }

    private UpProcess upAtPort() throws IOException {
        return up("--port", String.valueOf(port));
    }

    @Test
    void sigterm_leaves_no_process_and_a_second_start_finds_the_same_nodes() throws Exception {
        List<byte[]> identities;
        try (UpProcess up = upAtPort()) {
            up.awaitReady();
            assertThat(up.output())
                    .contains("3 nodes ready in ")
                    .contains("redis-cli -p " + port)
                    .contains("tools/bin/kvorum ctl status --port " + port);
            assertThat(up.descendants()).hasSize(3);
            identities = identities();
            assertThat(stop(up, "TERM")).isIn(0, 143);
        }
        try (UpProcess up = up()) {
            up.awaitReady();
            assertThat(up.output()).contains("127.0.0.1:" + port);
            assertThat(identities()).containsExactlyElementsOf(identities);
            assertThat(stop(up, "TERM")).isIn(0, 143);
        }
    }

    @Test
    void no_node_outlives_up_when_it_is_killed() throws Exception {
        try (UpProcess up = upAtPort()) {
            up.awaitReady();
            assertThat(stop(up, "KILL")).isEqualTo(137);
        }
    }

    @Test
    void a_node_that_dies_is_reported_and_the_others_go_on() throws Exception {
        try (UpProcess up = upAtPort()) {
            up.awaitReady();
            ProcessHandle second = up.descendants().stream()
                    .filter(node -> commandLine(node).contains("node.name=n1"))
                    .findFirst()
                    .orElseThrow();
            second.destroyForcibly();
            up.await(said -> said.contains("n1 was ended by signal 9; the others go on"));
            try (Jedis first = new Jedis("127.0.0.1", port, 10_000);
                    Jedis third = new Jedis("127.0.0.1", port + 2, 10_000)) {
                first.set("after", "death");
                assertThat(third.get("after")).isEqualTo("death");
            }
            assertThat(stop(up, "TERM")).isIn(0, 143);
        }
    }

    @Test
    void a_port_in_use_is_said_before_anything_is_started() throws Exception {
        try (ServerSocket taken = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress());
                UpProcess up = upAtPort()) {
            assertThat(up.awaitEnd(List.of(), Duration.ofSeconds(30))).isEqualTo(1);
            assertThat(up.output())
                    .contains("port " + taken.getLocalPort() + " (redis of n1) is in use")
                    .contains("--port")
                    .doesNotContain("Starting");
            assertThat(directory.resolve("data/n0")).doesNotExist();
        }
    }

    @Test
    void two_of_them_do_not_share_a_data_directory() throws Exception {
        try (UpProcess up = upAtPort()) {
            up.awaitReady();
            try (UpProcess other = up()) {
                assertThat(other.awaitEnd(List.of(), Duration.ofSeconds(30))).isEqualTo(1);
                assertThat(other.output()).contains(directory.resolve("data") + " is in use by another `up`");
            }
        }
    }

    /** Sends the signal; all processes must be gone in time. */
    private static int stop(UpProcess up, String signal) throws IOException, InterruptedException {
        List<ProcessHandle> nodes = up.descendants();
        up.signal(signal);
        return up.awaitEnd(nodes, STOPS_WITHIN);
    }

    private List<byte[]> identities() throws IOException {
        List<byte[]> identities = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            identities.add(Files.readAllBytes(directory.resolve("data/n" + node + "/identity")));
        }
        return identities;
    }

    /** The arguments of a process; {@code ProcessHandle} leaves them out where they are long. */
    private static String commandLine(ProcessHandle process) {
        Path file = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
        try {
            return Files.exists(file)
                    ? Files.readString(file).replace('\0', ' ')
                    : process.info().commandLine().orElse("");
        } catch (IOException gone) {
            return "";
        }
    }
}
