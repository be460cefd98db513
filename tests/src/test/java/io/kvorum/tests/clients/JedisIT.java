package io.kvorum.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.params.GetExParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Jedis, plain and in cluster mode, in RESP2 and RESP3, at a real cluster: what a caching application does. */
@SuppressWarnings("deprecation") // the commands that applications send are the old ones, too
class JedisIT {
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, Map.of("cluster.redirect", "moved"));
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    private static Jedis connect(RedisProtocol protocol, int node) {
        return new Jedis(
                new HostAndPort("127.0.0.1", cluster.port(node)),
                DefaultJedisClientConfig.builder()
                        .protocol(protocol)
                        .timeoutMillis(10_000)
                        .build());
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void strings_behave_as_in_redis(RedisProtocol protocol) {
        String p = protocol + ":";
        try (Jedis one = connect(protocol, 0);
                Jedis other = connect(protocol, 1)) {
            assertThat(one.get(p + "absent")).isNull();
            assertThat(one.set(p + "a", "1")).isEqualTo("OK");
            assertThat(other.get(p + "a")).isEqualTo("1");
            assertThat(one.set(p + "a", "2", SetParams.setParams().nx())).isNull();
            assertThat(one.set(p + "a", "2", SetParams.setParams().xx())).isEqualTo("OK");
            assertThat(other.setGet(p + "a", "3")).isEqualTo("2");
            assertThat(other.getDel(p + "a")).isEqualTo("3");
            assertThat(one.exists(p + "a")).isFalse();
            assertThat(one.setnx(p + "n", "x")).isEqualTo(1);
            assertThat(other.setnx(p + "n", "y")).isZero();
            assertThat(one.append(p + "n", "yz")).isEqualTo(3);
            assertThat(other.strlen(p + "n")).isEqualTo(3);
            assertThat(one.incrBy(p + "c", 41)).isEqualTo(41);
            assertThat(other.incr(p + "c")).isEqualTo(42);
            assertThat(other.decrBy(p + "c", 2)).isEqualTo(40);
            assertThat(one.get(p + "c")).isEqualTo("40");
            assertThat(one.type(p + "c")).isEqualTo("string");
            assertThat(one.type(p + "absent")).isEqualTo("none");
            assertThat(one.mset(p + "m1", "1", p + "m2", "2")).isEqualTo("OK");
            assertThat(other.mget(p + "m1", p + "nothing", p + "m2")).containsExactly("1", null, "2");
            assertThat(other.del(p + "m1", p + "m2", p + "nothing")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void expiry_behaves_as_in_redis(RedisProtocol protocol) {
        String p = protocol + "-ttl:";
        try (Jedis one = connect(protocol, 0);
                Jedis other = connect(protocol, 2)) {
            assertThat(one.ttl(p + "absent")).isEqualTo(-2);
            one.set(p + "a", "1");
            assertThat(other.ttl(p + "a")).isEqualTo(-1);
            assertThat(other.expire(p + "a", 100)).isEqualTo(1);
            assertThat(one.ttl(p + "a")).isBetween(90L, 100L);
            assertThat(one.expire(p + "a", 200, ExpiryOption.NX)).isZero();
            assertThat(one.expire(p + "a", 50, ExpiryOption.GT)).isZero();
            assertThat(one.expire(p + "a", 50, ExpiryOption.LT)).isEqualTo(1);
            assertThat(other.persist(p + "a")).isEqualTo(1);
            assertThat(one.pttl(p + "a")).isEqualTo(-1);
            one.setex(p + "b", 100, "x");
            assertThat(other.expireTime(p + "b")).isPositive();
            assertThat(other.getEx(p + "b", GetExParams.getExParams().persist()))
                    .isEqualTo("x");
            assertThat(one.ttl(p + "b")).isEqualTo(-1);
            one.psetex(p + "c", 60_000, "y");
            one.set(p + "c", "z", SetParams.setParams().keepttl());
            assertThat(other.pttl(p + "c")).isBetween(50_000L, 60_000L);
            assertThat(other.expireAt(p + "c", 1)).isEqualTo(1);
            assertThat(one.get(p + "c")).isNull();
            assertThat(one.ttl(p + "c")).isEqualTo(-2);
        }
    }

    @Test
    void a_pipeline_is_answered_in_order() {
        try (Jedis one = cluster.connect(0)) {
            Pipeline pipeline = one.pipelined();
            List<Response<String>> replies = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                pipeline.set("p:" + i % 100, "v" + i);
                replies.add(pipeline.get("p:" + i % 100));
            }
            pipeline.sync();
            for (int i = 0; i < replies.size(); i++) {
                assertThat(replies.get(i).get()).isEqualTo("v" + i);
            }
        }
    }

    @Test
    void scan_shows_every_key_of_the_cluster_once() {
        try (Jedis one = cluster.connect(0);
                Jedis other = cluster.connect(1)) {
            // A scan reads one owner of each partition, and the third may be a moment behind.
            one.sendCommand(() -> "KV.QUORUM".getBytes(StandardCharsets.US_ASCII), "W", "3");
            Set<String> written = new HashSet<>();
            for (int i = 0; i < 500; i++) {
                one.set("scan:" + i, "x");
                written.add("scan:" + i);
            }
            List<String> seen = new ArrayList<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> page =
                        other.scan(cursor, new ScanParams().match("scan:*").count(50));
                seen.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(seen).containsExactlyInAnyOrderElementsOf(written);
            assertThat(other.keys("scan:*")).isEqualTo(written);
            assertThat(other.dbSize()).isGreaterThanOrEqualTo(500);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void cluster_mode_finds_the_nodes_by_itself(RedisProtocol protocol) {
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", cluster.port(1))))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .protocol(protocol)
                        .timeoutMillis(10_000)
                        .build())
                .build()) {
            for (int i = 0; i < 100; i++) {
                client.set(protocol + "cluster:" + i, "v" + i);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(client.get(protocol + "cluster:" + i)).isEqualTo("v" + i);
            }
            assertThat(client.getClusterNodes()).hasSize(3);
        }
    }

    @Test
    void a_connection_that_knows_the_slots_is_sent_to_the_master_of_a_key_and_finds_it_there() {
        try (Jedis one = cluster.connect(0);
                Jedis unaware = cluster.connect(0)) {
            one.clusterSlots();
            int moved = 0;
            for (int i = 0; i < 20; i++) {
                String key = "moved:" + i;
                assertThat(unaware.incr(key)).isEqualTo(1);
                try {
                    assertThat(one.incr(key)).isEqualTo(2);
                } catch (JedisMovedDataException elsewhere) {
                    moved++;
                    assertThat(elsewhere.getSlot()).isEqualTo(JedisClusterCRC16.getSlot(key));
                    HostAndPort target = elsewhere.getTargetNode();
                    try (Jedis master = new Jedis(
                            target,
                            DefaultJedisClientConfig.builder()
                                    .timeoutMillis(10_000)
                                    .build())) {
                        master.clusterSlots();
                        assertThat(master.incr(key)).isEqualTo(2);
                    }
                }
            }
            assertThat(moved).as("of 20 keys, about two thirds").isBetween(5, 19);
        }
    }

    @Test
    void concurrent_increments_through_all_nodes_lose_nothing() throws InterruptedException {
        int threads = 6;
        int rounds = 200;
        List<Thread> workers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int node = t % 3;
            Thread worker = new Thread(() -> {
                try (Jedis connection = cluster.connect(node)) {
                    for (int i = 0; i < rounds; i++) {
                        connection.incr("hits");
                        if (i % 10 == 0) {
                            connection.expire("hits", 1000 + i);
                        }
                    }
                }
            });
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            worker.join();
        }
        try (Jedis one = cluster.connect(0)) {
            assertThat(one.get("hits")).isEqualTo(String.valueOf(threads * rounds));
            assertThat(one.ttl("hits")).isPositive();
        }
    }

    @Test
    void flushall_empties_the_whole_cluster() throws IOException {
        try (TestCluster own = TestCluster.start(3);
                Jedis one = own.connect(0);
                Jedis other = own.connect(2)) {
            for (int i = 0; i < 100; i++) {
                one.set("f:" + i, "x");
            }
            assertThat(other.flushAll()).isEqualTo("OK");
            assertThat(one.dbSize()).isZero();
            for (int node = 0; node < 3; node++) {
                try (Jedis each = own.connect(node)) {
                    assertThat(each.get("f:7")).isNull();
                }
            }
            one.set("f:7", "again");
            assertThat(other.get("f:7")).isEqualTo("again");
        }
    }
}
