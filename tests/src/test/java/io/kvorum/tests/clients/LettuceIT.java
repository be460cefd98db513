package io.kvorum.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.tests.cluster.TestCluster;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.GetExArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.cache.Cache;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.cache.RedisCacheWriter;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Lettuce, plain and in cluster mode, and Spring's cache manager and template on it. */
final class LettuceIT {
    private static final int KEYS = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, Map.of("cluster.redirect", "moved"));
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    private static RedisURI uri(int node) {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(cluster.port(node))
                .withTimeout(PATIENCE)
                .build();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void what_caches_do_works_in_both_protocols(ProtocolVersion version) {
        RedisClient client = RedisClient.create(uri(0));
        client.setOptions(ClientOptions.builder().protocolVersion(version).build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            String p = version + ":";
            assertThat(redis.ping()).isEqualTo("PONG");
            assertThat(redis.get(p + "absent")).isNull();
            assertThat(redis.set(p + "a", "1", SetArgs.Builder.ex(100))).isEqualTo("OK");
            assertThat(redis.ttl(p + "a")).isBetween(90L, 100L);
            assertThat(redis.set(p + "a", "2", SetArgs.Builder.nx())).isNull();
            assertThat(redis.setGet(p + "a", "2")).isEqualTo("1");
            assertThat(redis.getex(p + "a", GetExArgs.Builder.ex(50))).isEqualTo("2");
            assertThat(redis.mset(Map.of(p + "b", "3", p + "c", "4"))).isEqualTo("OK");
            assertThat(redis.mget(p + "a", p + "b", p + "none"))
                    .containsExactly(
                            KeyValue.just(p + "a", "2"), KeyValue.just(p + "b", "3"), KeyValue.empty(p + "none"));
            assertThat(redis.incrby(p + "n", 5)).isEqualTo(5);
            assertThat(redis.incrbyfloat(p + "f", 0.5)).isEqualTo(0.5);
            assertThat(redis.append(p + "b", "x")).isEqualTo(2);
            assertThat(redis.setbit(p + "bits", 7, 1)).isZero();
            assertThat(redis.bitcount(p + "bits")).isEqualTo(1);
            assertThat(redis.type(p + "b")).isEqualTo("string");
            assertThat(redis.del(p + "a", p + "b", p + "none")).isEqualTo(2);
            assertThatThrownBy(() -> redis.incr(p + "f"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessage("ERR value is not an integer or out of range");
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void pipelined_commands_are_answered_in_order_and_a_scan_finds_all_keys() throws Exception {
        RedisClient client = RedisClient.create(uri(1));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisAsyncCommands<String, String> redis = connection.async();
            List<RedisFuture<String>> replies = new ArrayList<>();
            Set<String> names = new HashSet<>();
            connection.setAutoFlushCommands(false);
            for (int i = 0; i < KEYS; i++) {
                names.add("pipe:" + i);
                redis.set("pipe:" + i, "v" + i);
                replies.add(redis.get("pipe:" + i));
            }
            connection.flushCommands();
            connection.setAutoFlushCommands(true);
            for (int i = 0; i < KEYS; i++) {
                assertThat(replies.get(i).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo("v" + i);
            }
            Set<String> found = new HashSet<>();
            ScanArgs some = ScanArgs.Builder.matches("pipe:*").limit(50);
            KeyScanCursor<String> cursor = connection.sync().scan(some);
            found.addAll(cursor.getKeys());
            while (!cursor.isFinished()) {
                cursor = connection.sync().scan(cursor, some);
                found.addAll(cursor.getKeys());
            }
            assertThat(found).isEqualTo(names);
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void cluster_mode_sends_each_key_to_an_owner_and_many_keys_at_once() {
        RedisClusterClient client = RedisClusterClient.create(uri(2));
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                assertThat(connection.sync().set("slot:" + i, "v" + i)).isEqualTo("OK");
                values.put("slots:" + i, "v" + i);
            }
            for (int i = 0; i < KEYS; i++) {
                assertThat(connection.sync().get("slot:" + i)).isEqualTo("v" + i);
            }
            assertThat(connection.sync().mset(values)).isEqualTo("OK");
            List<KeyValue<String, String>> found =
                    connection.sync().mget(values.keySet().toArray(String[]::new));
            assertThat(found).hasSize(KEYS).allMatch(pair -> pair.getValue().equals(values.get(pair.getKey())));
            assertThat(client.getPartitions()).hasSize(3);
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void cache_manager_and_template_of_spring_work_in_cluster_mode() {
        RedisClusterConfiguration nodes = new RedisClusterConfiguration(List.of("127.0.0.1:" + cluster.port(0)));
        LettuceConnectionFactory factory = new LettuceConnectionFactory(nodes);
        factory.afterPropertiesSet();
        factory.start();
        try {
            // Otherwise a put may still be on its way when it has returned.
            RedisCacheWriter writer =
                    RedisCacheWriter.create(factory, RedisCacheWriter.RedisCacheWriterConfigurer::immediateWrites);
            RedisCacheManager manager = RedisCacheManager.builder(writer)
                    .cacheDefaults(RedisCacheConfiguration.defaultCacheConfig().entryTtl(Duration.ofMinutes(5)))
                    .build();
            manager.initializeCaches();
            Cache cache = manager.getCache("books");
            assertThat(cache).isNotNull();
            assertThat(cache.get("absent")).isNull();
            cache.put("one", "Dune");
            assertThat(cache.get("one", String.class)).isEqualTo("Dune");
            assertThat(cache.putIfAbsent("one", "Emma"))
                    .extracting(Cache.ValueWrapper::get)
                    .isEqualTo("Dune");
            assertThat(cache.get("two", () -> "Ulysses")).isEqualTo("Ulysses");
            assertThat(cache.evictIfPresent("one")).isTrue();
            assertThat(cache.get("one")).isNull();

            StringRedisTemplate template = new StringRedisTemplate(factory);
            assertThat(template.getExpire("books::two")).isBetween(290L, 300L);
            cache.clear();
            assertThat(cache.get("two")).isNull();
            assertThat(template.opsForValue().increment("visits", 3)).isEqualTo(3);
            assertThat(template.opsForValue().setIfAbsent("lock", "me", Duration.ofSeconds(30)))
                    .isTrue();
            assertThat(template.opsForValue().setIfAbsent("lock", "you", Duration.ofSeconds(30)))
                    .isFalse();
            assertThat(template.delete("lock")).isTrue();
        } finally {
            factory.destroy();
        }
    }
}
