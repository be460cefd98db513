package io.kvorum.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Partitioner;
import io.kvorum.server.config.NodeConfig.Setting;
import io.kvorum.server.runtime.TransportKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigLoaderTest {
    private static final Machine MACHINE = new Machine(4, 1L << 30, Machine.UNLIMITED, "cache-1");

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("kvorum.yaml");
    }

    private NodeConfig fromFile(String yaml) {
        try {
            Files.writeString(file(), yaml);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return ConfigLoader.load(file(), Map.of(), List.of(), MACHINE);
    }

    private static NodeConfig sets(String... sets) {
        return ConfigLoader.load(null, Map.of(), List.of(sets), MACHINE);
    }

    private static List<String> problems(Runnable load) {
        return catchThrowableOfType(ConfigException.class, load::run).problems();
    }

    @Test
    void a_node_told_nothing_is_a_cluster_of_one_on_loopback() {
        NodeConfig config = sets();
        assertThat(config.name()).isEqualTo("node-6379");
        assertThat(config.cluster().self())
                .isEqualTo(new MemberSpec("node-6379", "", "127.0.0.1", 7379, 6379, 0, 8379, 100));
        assertThat(config.cluster().initialMembers()).isEmpty();
        assertThat(config.cluster().partitions()).isEqualTo(256);
        assertThat(config.cluster().partitioner()).isEqualTo(Partitioner.SLOTS);
        assertThat(config.cluster().secret().isSet()).isFalse();
        assertThat(config.runtime()).isEqualTo(new RuntimeConfig(4, TransportKind.AUTO, 20_000_000, 10_000_000, 128));
        assertThat(config.replication())
                .isEqualTo(new ReplicationConfig(
                        3, 2, 2, 0, 1_000_000_000, 1_000_000_000, 0.1, true, 5_000_000, 1_000_000_000));
        assertThat(config.client().limits().bulkBytesMax()).isEqualTo(64 << 20);
        assertThat(config.client().protectedMode()).isTrue();
        assertThat(config.client().tcpKeepaliveSeconds()).isEqualTo(300);
        assertThat(config.peer().port()).isEqualTo(7379);
        assertThat(config.peer().bind()).isEqualTo("127.0.0.1");
        assertThat(config.http()).isEqualTo(new HttpConfig("127.0.0.1", 8379));
        assertThat(config.storage().memoryBytesMax()).isEqualTo(1L << 29);
        assertThat(config.storage().tombstoneGraceMillis()).isEqualTo(86_400_000);
        assertThat(config.storage().dataDirectory()).isEqualTo(Path.of("data", "node-6379"));
        assertThat(config.clock().driftMaxMillis()).isEqualTo(1000);
        assertThat(config.membership().detector()).isEqualTo(io.kvorum.ring.detector.DetectorPolicy.DEFAULT);
        assertThat(config.log()).isEqualTo(new LogConfig(LogConfig.Level.INFO, null));
    }

    @Test
    void what_clients_may_hold_follows_the_heap_and_how_many_they_are_the_files_that_may_be_open() {
        Machine small = new Machine(4, 256L << 20, 1024, "cache-1");
        ClientConfig clients =
                ConfigLoader.load(null, Map.of(), List.of(), small).client();
        assertThat(clients.limits().bulkBytesMax()).isEqualTo(16 << 20);
        assertThat(clients.limits().requestBytesMax()).isEqualTo(32 << 20);
        assertThat(clients.outputBufferBytesMax()).isEqualTo(32 << 20);
        assertThat(clients.memoryBytesMax()).isEqualTo(64 << 20);
        assertThat(clients.connectionsMax()).isEqualTo(512);
        ClientConfig told = ConfigLoader.load(null, Map.of(), List.of("client.bulk-max=64mb"), small)
                .client();
        assertThat(told.limits().requestBytesMax()).isEqualTo(64 << 20);
        assertThat(told.outputBufferBytesMax()).isEqualTo(64 << 20);
        assertThat(told.memoryBytesMax()).isEqualTo(128 << 20);
    }

    @Test
    void clients_have_sessions_if_it_says_so_and_these_have_bounds() {
        ClientConfig silent = sets().client();
        assertThat(silent.session()).isFalse();
        assertThat(silent.sessionKeysMax()).isEqualTo(1_000);
        assertThat(silent.sessionBytesMax()).isEqualTo(128 << 10);
        ClientConfig told = sets("client.session=on", "client.session-keys-max=5", "client.session-memory-max=2kb")
                .client();
        assertThat(told.session()).isTrue();
        assertThat(told.sessionKeysMax()).isEqualTo(5);
        assertThat(told.sessionBytesMax()).isEqualTo(2048);
        assertThat(problems(() -> sets("client.session=maybe"))).hasSize(1);
        assertThat(problems(() -> sets("client.session-keys-max=0"))).hasSize(1);
        assertThat(problems(() -> sets("client.session-memory-max=65mb"))).hasSize(1);
        assertThat(sets().client().connectionsMax()).isEqualTo(10_000);
    }

    @Test
    void nested_and_dotted_names_say_the_same() {
        NodeConfig dotted = fromFile("replication.n: 5\nreplication.read-timeout: 250ms\n");
        NodeConfig nested = fromFile("replication:\n  n: 5\n  read-timeout: 250ms\n");
        assertThat(dotted.replication()).isEqualTo(nested.replication());
        assertThat(nested.replication().n()).isEqualTo(5);
        assertThat(nested.replication().readTimeoutNanos()).isEqualTo(250_000_000);
    }

    @Test
    void the_command_line_counts_more_than_the_environment_and_that_more_than_the_file() throws IOException {
        Files.writeString(file(), "port: 1001\nmaxclients: 1\nreplication.n: 5\n");
        NodeConfig config = ConfigLoader.load(
                file(), Map.of("KVORUM_PORT", "1002", "KVORUM_MAXCLIENTS", "2"), List.of("port=1003"), MACHINE);
        assertThat(config.client().port()).isEqualTo(1003);
        assertThat(config.client().connectionsMax()).isEqualTo(2);
        assertThat(config.replication().n()).isEqualTo(5);
        assertThat(config.settings())
                .contains(
                        new Setting("port", "1003", "--set"),
                        new Setting("maxclients", "2", "environment variable KVORUM_MAXCLIENTS"),
                        new Setting("replication.n", "5", file() + ":3"),
                        new Setting("replication.w", "2", "default"),
                        new Setting("peer.port", "2003", "default"));
    }

    @Test
    void what_yaml_would_take_for_something_else_is_taken_as_it_is_written() {
        assertThat(fromFile("requirepass: 0123\n").client().password()).isEqualTo(Secret.of("0123"));
        assertThat(fromFile("cluster.name: on\n").cluster().name()).isEqualTo("on");
        assertThat(fromFile("protected-mode: off\n").client().protectedMode()).isFalse();
    }

    @Test
    void sections_without_properties_and_empty_files_set_nothing() {
        assertThat(fromFile("")).isEqualTo(sets());
        assertThat(fromFile("---\n")).isEqualTo(sets());
        assertThat(fromFile("cluster:\n  # name: x\n")).isEqualTo(sets());
        assertThat(fromFile("requirepass: \"\"\n").client().password()).isEqualTo(Secret.NONE);
    }

    @Test
    void a_property_without_a_value_is_no_wish_for_the_default() {
        assertThat(problems(() -> fromFile("port: 1\nrequirepass: #hunter2\n")))
                .singleElement()
                .asString()
                .startsWith(file() + ":2: requirepass: has no value")
                .doesNotContain("hunter2");
        assertThat(problems(() -> fromFile("cluster:\n  name: null\n")))
                .singleElement()
                .asString()
                .startsWith(file() + ":2: cluster.name: has no value");
        assertThat(problems(() -> fromFile("replicaton:\n")))
                .singleElement()
                .asString()
                .startsWith(file() + ":1: replicaton: no such property");
    }

    @Test
    void lists_are_sequences_in_a_file_and_separated_by_commas_elsewhere() {
        NodeConfig file = fromFile("""
            node.name: n2
            cluster:
              initial-members:
                - n1@127.0.0.1:6379
                - n2@127.0.0.1:6380:9000?zone=b&weight=50
            """);
        NodeConfig sets = sets(
                "node.name=n2", "cluster.initial-members=n1@127.0.0.1:6379, n2@127.0.0.1:6380:9000?zone=b&weight=50");
        assertThat(file.cluster()).isEqualTo(sets.cluster());
        assertThat(file.cluster().initialMembers())
                .containsExactly(
                        new MemberSpec("n1", "", "127.0.0.1", 7379, 6379, 0, 8379, 100),
                        new MemberSpec("n2", "b", "127.0.0.1", 9000, 6380, 0, 8380, 50));
    }

    @Test
    void a_node_takes_its_ports_zone_and_weight_from_its_line_in_the_list() {
        NodeConfig config = sets("node.name=n2", "cluster.initial-members=n1@h1:1,n2@h2:6380:9000?zone=b&weight=50");
        assertThat(config.cluster().self()).isEqualTo(new MemberSpec("n2", "b", "h2", 9000, 6380, 0, 8380, 50));
        assertThat(config.client().port()).isEqualTo(6380);
        assertThat(config.peer().port()).isEqualTo(9000);
    }

    @Test
    void a_node_that_listens_everywhere_is_known_by_the_machines_name() {
        NodeConfig config = sets("bind=0.0.0.0", "cluster.secret=s");
        assertThat(config.cluster().self().host()).isEqualTo("cache-1");
        assertThat(sets("bind=0.0.0.0", "cluster.secret=s", "advertise-host=10.1.2.3")
                        .cluster()
                        .self()
                        .host())
                .isEqualTo("10.1.2.3");
    }

    @Test
    void a_node_that_others_would_never_reach_does_not_get_among_them() {
        assertThat(problems(() -> sets("cluster.seeds=10.0.0.1:6379,10.0.0.2:6379")))
                .singleElement()
                .asString()
                .startsWith("default: advertise-host: 127.0.0.1 as bind")
                .contains("such as the seed 10.0.0.1,")
                .contains("set bind to an address that they reach");
        assertThat(problems(() -> sets("cluster.seeds=cache-1.example.com:6379", "bind=localhost")))
                .hasSize(1);
        assertThat(problems(() -> sets("advertise-host=0.0.0.0", "bind=0.0.0.0", "cluster.secret=s")))
                .singleElement()
                .asString()
                .startsWith("--set: advertise-host: 0.0.0.0 tells nobody where this node is");
        String members = "cluster.initial-members=n1@10.0.0.1:6379,n2@10.0.0.2:6379";
        assertThat(problems(() -> sets("node.name=n1", members)))
                .containsExactly("default: peer.bind: 127.0.0.1 as bind, but the others are to reach this node at"
                        + " 10.0.0.1: set bind to that, or to 0.0.0.0 for all addresses of the machine");
    }

    @Test
    void where_others_reach_a_node_is_believed_if_it_is_said() {
        assertThat(sets("cluster.seeds=127.0.0.1:7000,localhost:7001,[::1]:7002")
                        .cluster()
                        .seeds())
                .hasSize(3);
        String seeds = "cluster.seeds=10.0.0.1:6379";
        assertThat(sets(seeds, "bind=10.0.0.2", "cluster.secret=s")
                        .cluster()
                        .self()
                        .host())
                .isEqualTo("10.0.0.2");
        assertThat(sets(seeds, "bind=0.0.0.0", "cluster.secret=s")
                        .cluster()
                        .self()
                        .host())
                .isEqualTo("cache-1");
        // A proxy on the machine may stand before it.
        assertThat(sets(seeds, "bind=127.0.0.1", "advertise-host=10.0.0.2")
                        .peer()
                        .bind())
                .isEqualTo("127.0.0.1");
        assertThat(sets(seeds, "advertise-host=127.0.0.1").cluster().self().host())
                .isEqualTo("127.0.0.1");
        assertThat(sets("node.name=n1", "cluster.initial-members=n1@10.0.0.1:6379", "peer.bind=127.0.0.1")
                        .peer()
                        .bind())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void any_free_port_stays_any_free_port() {
        NodeConfig config = sets("port=0");
        assertThat(config.client().port()).isZero();
        assertThat(config.peer().port()).isZero();
        assertThat(config.http().port()).isZero();
    }

    @Test
    void a_misspelt_name_is_answered_with_the_nearest() {
        assertThat(problems(() -> fromFile("port: 1\nreplicaton:\n  n: 3\n")))
                .containsExactly(file() + ":3: replicaton.n: no such property; did you mean replication.n?");
        assertThat(problems(() -> sets("replication.readtimeout=1s")))
                .containsExactly(
                        "--set: replication.readtimeout: no such property; did you mean replication.read-timeout?");
        assertThat(problems(() -> ConfigLoader.load(null, Map.of("KVORUM_MAX_CLIENTS", "1"), List.of(), MACHINE)))
                .containsExactly("environment variable KVORUM_MAX_CLIENTS: no such property; did you mean"
                        + " KVORUM_MAXCLIENTS?");
    }

    @Test
    void a_bad_value_is_answered_with_its_place_what_was_found_and_what_is_allowed() {
        assertThat(problems(() -> fromFile("port: 1\nreplication:\n  read-timeout: 5 bananas\n")))
                .containsExactly(file() + ":3: replication.read-timeout: found \"5 bananas\" (not a duration such as"
                        + " 500ms, 10s or 24h); allowed: 5ms to 1m; for example: 1s");
        assertThat(problems(() -> sets("replication.n=0")))
                .containsExactly("--set: replication.n: found \"0\" (out of range); allowed: 1 to 15; for example: 3");
        assertThat(problems(() -> sets("cluster.partitions=100")))
                .containsExactly("--set: cluster.partitions: found \"100\" (not a power of two); allowed: a power of"
                        + " two, 8 to 16384; for example: 256");
        assertThat(problems(() -> fromFile("port: [1, 2]\n")))
                .containsExactly(file() + ":1: port: found a list; allowed: 0 to 65535");
    }

    @Test
    void all_mistakes_are_told_at_once() {
        assertThat(problems(() -> sets("port=x", "replication.n=x", "nme=x", "y")))
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1\\nb: [1| :2: not YAML",
                "a: 1\\tb: :| :1: not YAML",
                "- a| :1: found no property",
                "hello| :1: found no property",
                "[a, b]: 1| :1: a property's name is one word",
                "cluster.initial-members: [[a]]| :1: cluster.initial-members: an element of a list is one word",
                "port: 1\\nport: 2| :2: port was set before, at",
                "peer.port: 1\\npeer:\\n  port: 2| :3: peer.port was set before, at",
                "a: &x\\n  b: *x| more than 8 levels",
            })
    void a_file_that_cannot_be_understood_is_answered_with_the_line(String yaml, String expected) {
        assertThat(problems(() -> fromFile(yaml.replace("\\n", "\n").replace("\\t", "\t"))))
                .anyMatch(problem -> problem.startsWith(file().toString()) && problem.contains(expected.strip()));
    }

    @Test
    void a_file_that_cannot_be_read_stops_the_start() throws IOException {
        assertThat(problems(() -> ConfigLoader.load(file(), Map.of(), List.of(), MACHINE)))
                .containsExactly("configuration file " + file() + " does not exist");
        Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(problems(() -> ConfigLoader.load(file(), Map.of(), List.of(), MACHINE)))
                .containsExactly("configuration file " + file() + " is not UTF-8 text");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replication.r=4| replication.r: 4 is above replication.n, 3: it could never be met",
                "replication.n=1| replication.w: 2 is above replication.n",
                "replication.dw=4| replication.dw: 4 is above",
                "client.request-max=1mb| client.request-max: below client.bulk-max",
                "client.output-buffer-max=1mb| client.output-buffer-max: below client.bulk-max",
                "client.memory-max=64mb| client.memory-max: below twice client.bulk-max",
                "peer.frame-max=64mb| peer.frame-max: below client.bulk-max + key-max + 64kb",
                "peer.inflight-max=64mb| peer.inflight-max: below peer.frame-max",
                "peer.frame-max=1mb| peer.frame-max: found \"1mb\" (out of range); allowed: 2mb to 1gb",
                "port=64000| http.port: port 64000 leaves no port 2000 above it; set it",
                "max-memory=1025mb| max-memory: 1025mb is above the heap, which is 1gb",
                "tcp-keepalive=500ms| tcp-keepalive: the system counts whole seconds: 1s or more, or 0 for never",
                "peer.port=6379| peer.port: 6379 is port as well",
                "http.port=7379| http.port: 7379 is peer.port as well",
                "memcached.port=6379| memcached.port: 6379 is port as well",
                "memcached.port=7379| memcached.port: 7379 is peer.port as well",
                "memcached.port=8379| memcached.port: 8379 is http.port as well",
                "memcached.port=65536| memcached.port:",
                "bind=10.0.0.1| peer.bind: 10.0.0.1 lets other machines reach the peer port, but there is no"
                        + " cluster.secret",
                "cluster.initial-members=n1@h:1| cluster.initial-members: this node, node-6379 on port 6379, is not"
                        + " among",
                "cluster.initial-members=node-6379@h:6379,node-6379@i:6379| two members are named node-6379",
                "cluster.initial-members=node-6379@h:6379,b@h:7379| b has a port of another member's",
            })
    void properties_that_do_not_go_together_stop_the_start(String set, String expected) {
        assertThat(problems(() -> sets(set))).anyMatch(problem -> problem.contains(expected.strip()));
    }

    @ParameterizedTest
    @CsvSource({"node.zone,b,a", "node.weight,7,100", "peer.port,9,7379", "port,9,6379", "advertise-host,x,h"})
    void a_node_that_differs_from_its_line_in_the_list_does_not_start(String name, String value, String inList) {
        assertThat(problems(() -> sets("node.name=n1", "cluster.initial-members=n1@h:6379?zone=a", name + "=" + value)))
                .containsExactly("--set: " + name + ": " + value + ", but cluster.initial-members says " + inList
                        + " of this node");
    }

    @Test
    void a_secret_is_never_shown() {
        NodeConfig config = sets("requirepass=hunter2", "cluster.secret=hunter3");
        assertThat(config.toString()).contains("***").doesNotContain("hunter");
        assertThat(config.settings()).contains(new Setting("requirepass", "***", "--set"));
        assertThat(problems(() -> sets("requirepass=" + "hunter".repeat(100))))
                .noneMatch(problem -> problem.contains("hunter"));
        byte[] given = "xhunter2x".getBytes(StandardCharsets.UTF_8);
        assertThat(config.client().password().matches(given, 1, 7)).isTrue();
        assertThat(config.client().password().matches(given, 1, 8)).isFalse();
        assertThat(Secret.NONE.matches(given, 0, 0)).isTrue();
    }

    @Test
    void what_kubernetes_says_of_a_service_with_our_name_is_not_taken_for_properties() {
        Map<String, String> environment = Map.of(
                "KVORUM_PORT", "tcp://10.0.0.1:6379",
                "KVORUM_PEER_PORT", "tcp://10.0.0.1:7379",
                "KVORUM_PORT_6379_TCP", "tcp://10.0.0.1:6379",
                "KVORUM_PORT_6379_TCP_PORT", "6379",
                "KVORUM_PORT_6379_TCP_ADDR", "10.0.0.1",
                "KVORUM_SERVICE_HOST", "10.0.0.1",
                "KVORUM_SERVICE_PORT_RESP", "6379",
                "KVORUM_HEADLESS_SERVICE_HOST", "10.0.0.1",
                "PATH", "/bin");
        assertThat(ConfigLoader.load(null, environment, List.of(), MACHINE)).isEqualTo(sets());
    }

    @Test
    void what_the_launcher_takes_is_no_property_and_all_else_that_begins_so_must_be_one() {
        Map<String, String> launchers = Map.of(
                "KVORUM_HEAP", "4g",
                "KVORUM_JAVA_OPTS", "-Xmx2g",
                "KVORUM_SKIP_BUILD", "1",
                "KVORUM_PASSWORD", "hunter2");
        assertThat(ConfigLoader.load(null, launchers, List.of(), MACHINE)).isEqualTo(sets());
        assertThat(problems(() -> ConfigLoader.load(null, Map.of("KVORUM_CONFIG", "/etc/x"), List.of(), MACHINE)))
                .anyMatch(problem -> problem.startsWith("environment variable KVORUM_CONFIG: no such property"));
    }

    @Test
    void the_nearest_name_needs_the_fewest_edits() {
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }
}
