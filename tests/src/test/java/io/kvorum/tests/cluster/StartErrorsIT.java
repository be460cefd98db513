package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What an operator gets wrong is said in one clear sentence, and nothing is lost by it. */
class StartErrorsIT {
    @Test
    void a_port_in_use_ends_the_start_with_its_number() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(1, Map.of());
                ServerSocket taken = new ServerSocket(cluster.port(0), 1, InetAddress.getLoopbackAddress())) {
            cluster.startNode(0);
            assertThat(cluster.awaitExit(0)).isNotZero();
            assertThat(cluster.logText(0))
                    .contains("port " + taken.getLocalPort())
                    .contains("in use");
        }
    }

    @Test
    void an_address_of_another_machine_ends_the_start_with_the_property_to_set() throws IOException {
        // An address that is kept for documentation (RFC 5737), and so is none of this machine's.
        try (TestCluster cluster = TestCluster.prepare(1, Map.of("http.bind", "192.0.2.1"))) {
            cluster.startNode(0);
            assertThat(cluster.awaitExit(0)).isEqualTo(2);
            assertThat(cluster.logText(0))
                    .contains("cannot listen for HTTP on 192.0.2.1")
                    .contains("no address of this machine")
                    .contains("set http.bind");
        }
    }

    @Test
    void an_unknown_property_ends_the_start_with_the_nearest_name() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(1, Map.of("replication.read-timout", "1s"))) {
            cluster.startNode(0);
            assertThat(cluster.awaitExit(0)).isNotZero();
            assertThat(cluster.logText(0)).contains("replication.read-timout").contains("replication.read-timeout");
        }
    }

    @Test
    void a_bad_value_ends_the_start_with_what_was_expected() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(1, Map.of("cluster.partitions", "1000"))) {
            cluster.startNode(0);
            assertThat(cluster.awaitExit(0)).isNotZero();
            assertThat(cluster.logText(0))
                    .contains("cluster.partitions")
                    .contains("1000")
                    .contains("power of two");
        }
    }

    @Test
    void a_member_with_a_wrong_secret_is_refused_by_the_others_and_knows_why() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(3, Map.of("cluster.secret", "right-secret-0123456789"))) {
            cluster.startNode(0);
            cluster.startNode(1);
            cluster.startNode(2, Map.of("cluster.secret", "wrong-secret-0123456789"));
            cluster.await(
                    "the refusal",
                    Duration.ofSeconds(30),
                    () -> cluster.logText(2).contains("secret")
                            && cluster.logText(0).contains("secret"));
            assertThat(cluster.isReady(2)).isFalse();
            assertThat(cluster.logText(0) + cluster.logText(2)).doesNotContain("right-secret", "wrong-secret");
        }
    }

    @Test
    void a_member_of_another_cluster_is_refused_by_name() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(3, Map.of())) {
            cluster.startNode(0);
            cluster.startNode(1);
            cluster.startNode(2, Map.of("cluster.name", "elsewhere"));
            cluster.await(
                    "the refusal",
                    Duration.ofSeconds(30),
                    () -> cluster.logText(0).contains("elsewhere")
                            || cluster.logText(2).contains("elsewhere"));
            assertThat(cluster.isReady(2)).isFalse();
        }
    }

    @Test
    void a_wrong_password_is_refused_as_redis_does() throws IOException {
        try (TestCluster cluster = TestCluster.start(1, Map.of("requirepass", "s3cret"));
                Jedis client = cluster.connect(0)) {
            assertThat(SiblingsIT.error(() -> client.get("key"))).isEqualTo("NOAUTH Authentication required.");
            assertThat(SiblingsIT.error(() -> client.auth("wrong")))
                    .isEqualTo("WRONGPASS invalid username-password pair or user is disabled.");
            client.auth("s3cret");
            assertThat(client.get("key")).isNull();
            assertThat(cluster.logText(0))
                    .contains("listens for HTTP at 127.0.0.1:" + cluster.httpPort(0))
                    .contains("Redis clients at 127.0.0.1:" + cluster.port(0))
                    .contains("data in " + cluster.directory().resolve("n0"))
                    .doesNotContain("s3cret");
            assertThat(cluster.stop(0)).isZero();
            assertThat(cluster.logText(0))
                    .contains("stopping: told to by a signal")
                    .contains("Main: stopped");
        }
    }

    @Test
    void a_node_that_is_told_to_stop_while_it_looks_for_a_seed_stops_as_any_other() throws IOException {
        Map<String, String> lost = Map.of("cluster.initial-members", "", "cluster.seeds", "127.0.0.1:1");
        try (TestCluster cluster = TestCluster.prepare(1, lost)) {
            cluster.startNode(0);
            cluster.await(
                    "the search",
                    Duration.ofSeconds(30),
                    () -> cluster.logText(0).contains("no seed lets this node"));
            assertThat(cluster.stop(0)).isZero();
            assertThat(cluster.logText(0)).contains("told to stop while it starts");
        }
    }

    @Test
    void a_second_node_on_the_same_data_is_refused_with_the_directory() throws IOException {
        try (TestCluster cluster = TestCluster.prepare(2, Map.of())) {
            cluster.startNode(0);
            cluster.await("the first", Duration.ofSeconds(30), () -> cluster.httpStatus(0, "/live") == 200);
            cluster.startNode(
                    1, Map.of("data-dir", cluster.directory().resolve("n0").toString()));
            assertThat(cluster.awaitExit(1)).isNotZero();
            assertThat(cluster.logText(1)).contains("n0");
        }
    }
}
