package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A node without a past becomes a member of a cluster that runs. */
class JoinIT {
    private static final int FOUNDER = 0;
    private static final int LATER = 1;
    private static final int EARLY = 2;
    private static final int DOUBLE = 3;
    private static final Duration SOON = Duration.ofSeconds(20);

    private static TestCluster cluster;

    @BeforeAll
    static void startOneAndAnotherThatWaitsForIt() throws IOException {
        cluster = TestCluster.prepare(4, Map.of("cluster.partitions", "64", "cluster.secret", "s3cret"));
        cluster.startNode(EARLY, seeds());
        cluster.await(
                "the early one to look for its seeds",
                SOON,
                () -> cluster.logText(EARLY).contains("no seed lets this node into cluster"));
        cluster.startNode(FOUNDER, Map.of("cluster.initial-members", "n0@127.0.0.1:" + cluster.port(FOUNDER)));
        cluster.awaitReady(FOUNDER);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void a_newcomer_is_let_in_serves_every_key_and_is_the_same_member_after_a_restart_without_seeds()
            throws IOException {
        cluster.startNode(LATER, seeds());
        cluster.awaitReady(LATER);
        awaitMember(FOUNDER, "n" + LATER);
        try (Jedis newcomer = cluster.connect(LATER);
                Jedis founder = cluster.connect(FOUNDER)) {
            for (int key = 0; key < 50; key++) {
                assertThat(newcomer.set("key" + key, "v" + key)).isEqualTo("OK");
                assertThat(founder.get("key" + key)).isEqualTo("v" + key);
                assertThat(newcomer.get("key" + key)).isEqualTo("v" + key);
            }
        }
        String identity = myId(LATER);
        cluster.kill(LATER);
        cluster.startNode(LATER, Map.of("cluster.initial-members", "", "cluster.partitions", "64"));
        cluster.awaitReady(LATER);
        assertThat(myId(LATER)).isEqualTo(identity);
        awaitMember(FOUNDER, "n" + LATER);
    }

    @Test
    void a_newcomer_that_finds_no_seed_asks_on_until_there_is_one() {
        cluster.awaitReady(EARLY);
        awaitMember(FOUNDER, "n" + EARLY);
    }

    @Test
    void a_newcomer_with_the_name_of_a_member_is_told_so_and_ends() throws IOException {
        cluster.startNode(
                DOUBLE,
                Map.of(
                        "cluster.initial-members",
                        "",
                        "cluster.seeds",
                        "127.0.0.1:" + cluster.port(FOUNDER),
                        "node.name",
                        "n0"));
        assertThat(cluster.awaitExit(DOUBLE)).isNotZero();
        assertThat(cluster.logText(DOUBLE))
                .contains("does not let this node in")
                .contains("has a member called n0")
                .contains("give the new node another node.name")
                .doesNotContain("Exception in thread");
    }

    private static Map<String, String> seeds() {
        String seeds = "127.0.0.1:" + cluster.port(FOUNDER);
        // What counts when a cluster is born need not be known to who comes later.
        return Map.of("cluster.initial-members", "", "cluster.seeds", seeds, "cluster.partitions", "256");
    }

    private static String myId(int node) {
        try (Jedis client = cluster.connect(node)) {
            return client.clusterMyId();
        }
    }

    private static void awaitMember(int node, String name) {
        cluster.await("n" + node + " to see " + name, SOON, () -> {
            try (Jedis client = cluster.connect(node)) {
                return Members.statusOf(client, name).equals("up, joining");
            }
        });
    }
}
