package io.kvorum.tools.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LayoutTest {
    private static final Layout.Wish NO_WISH = new Layout.Wish(null, null, null);

    @TempDir
    private Path data;

    @Test
    void a_new_directory_gets_what_is_wished_or_the_defaults() throws IOException {
        assertThat(Layout.resolve(data, NO_WISH)).isEqualTo(new Layout(3, 6379, "xodus"));
        assertThat(Layout.resolve(data, new Layout.Wish(5, 7000, "xodus"))).isEqualTo(new Layout(5, 7000, "xodus"));
    }

    @Test
    void a_directory_in_use_keeps_its_layout_and_says_so_if_another_is_wished() throws IOException {
        new Layout(5, 7000, "xodus").write(data);
        assertThat(Layout.resolve(data, NO_WISH)).isEqualTo(new Layout(5, 7000, "xodus"));
        assertThat(Layout.resolve(data, new Layout.Wish(5, null, null)).port()).isEqualTo(7000);
        assertThatThrownBy(() -> Layout.resolve(data, new Layout.Wish(3, null, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("made with --nodes 5, not 3");
    }

    @Test
    void a_damaged_layout_is_not_guessed() throws IOException {
        Files.writeString(data.resolve(Layout.FILE), "nodes=many\n");
        assertThatThrownBy(() -> Layout.resolve(data, NO_WISH)).isInstanceOf(IOException.class);
    }

    @Test
    void ports_follow_the_documented_scheme() {
        NodeSpec standard = NodeSpec.of(2, 6379, data);
        assertThat(List.of(standard.port(), standard.peerPort(), standard.httpPort(), standard.memcachedPort()))
                .containsExactly(6381, 7381, 8381, 11213);
        assertThat(NodeSpec.of(2, 7000, data).memcachedPort()).isEqualTo(10002);
    }

    @Test
    void every_node_is_told_the_same_members_and_what_is_its_own() {
        ClusterSpec cluster =
                ClusterSpec.of(new Layout(2, 6379, "xodus"), data, Path.of("kvorum.yaml"), Map.of("a.b", "c=d"));
        assertThat(cluster.arguments(cluster.nodes().get(1)))
                .startsWith("node", "--config", "kvorum.yaml", "--exit-with-stdin")
                .containsSubsequence("--set", "node.name=n1", "--set", "port=6380", "--set", "memcached.port=11212")
                .contains("data-dir=" + data.resolve("n1"))
                .contains("cluster.initial-members=n0@127.0.0.1:6379,n1@127.0.0.1:6380")
                .endsWith("--set", "a.b=c=d");
    }

    @Test
    void all_ports_that_cannot_be_had_are_named_before_anything_starts() throws IOException {
        List<NodeSpec> nodes = List.of(NodeSpec.of(0, 6379, data), NodeSpec.of(1, 6379, data));
        assertThat(PortCheck.problems(nodes, port -> port != 7380 && port != 8379))
                .containsExactly("port 8379 (http of n0) is in use", "port 7380 (peers of n1) is in use");
        assertThat(PortCheck.problems(List.of(NodeSpec.of(0, 64_000, data)), port -> true))
                .containsExactly(
                        "port 67000 (memcached of n0) is above 65535", "port 66000 (http of n0) is above 65535");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortCheck.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void the_log_tail_is_the_end_of_the_log() throws IOException {
        Path log = data.resolve("node.log");
        assertThat(LogTail.of(log)).hasSize(1);
        Files.writeString(log, "line\n".repeat(5_000) + "the end\n");
        assertThat(LogTail.of(log)).hasSizeLessThan(20).endsWith("the end");
    }
}
