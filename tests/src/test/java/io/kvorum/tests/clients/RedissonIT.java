package io.kvorum.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson, which knows one address or the cluster: its objects that are single values work, those that are scripts say why not. */
final class RedissonIT {
    private static final int KEYS = 100;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, Map.of("cluster.redirect", "moved"));
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void single_values_work_at_one_address() {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useSingleServer()
                .setAddress("redis://127.0.0.1:" + cluster.port(0))
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(4)
                .setSubscriptionConnectionMinimumIdleSize(0);
        singleValuesWork(config, "single:");
    }

    @Test
    void single_values_work_in_cluster_mode() {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useClusterServers()
                .addNodeAddress("redis://127.0.0.1:" + cluster.port(1))
                .setMasterConnectionMinimumIdleSize(2)
                .setSlaveConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0);
        singleValuesWork(config, "cluster:");
    }

    private static void singleValuesWork(Config config, String p) {
        RedissonClient redisson = Redisson.create(config);
        try {
            RBucket<String> bucket = redisson.getBucket(p + "bucket");
            assertThat(bucket.get()).isNull();
            bucket.set("one", Duration.ofMinutes(1));
            assertThat(bucket.remainTimeToLive()).isBetween(50_000L, 60_000L);
            assertThat(bucket.setIfAbsent("two")).isFalse();
            assertThat(bucket.getAndSet("three")).isEqualTo("one");
            assertThatThrownBy(bucket::getAndDelete)
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("ERR EVALSHA is not supported");
            assertThat(bucket.delete()).isTrue();
            assertThat(bucket.isExists()).isFalse();
            assertThat(redisson.getAtomicLong(p + "count").addAndGet(41)).isEqualTo(41);
            assertThat(redisson.getAtomicLong(p + "count").incrementAndGet()).isEqualTo(42);
            RBatch batch = redisson.createBatch();
            for (int i = 0; i < KEYS; i++) {
                batch.getBucket(p + i).setAsync("v" + i);
            }
            batch.execute();
            for (int i = 0; i < KEYS; i++) {
                assertThat(redisson.getBucket(p + i).get()).isEqualTo("v" + i);
            }
            assertThat(redisson.getKeys().getKeys(KeysScanOptions.defaults().pattern(p + "*")))
                    .as("every node answers for all, and Redisson asks each")
                    .contains(p + "count", p + "0", p + (KEYS - 1));
            assertThatThrownBy(() -> redisson.getMap(p + "map").put("a", "b"))
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("is not supported");
        } finally {
            redisson.shutdown();
        }
    }
}
