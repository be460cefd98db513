package io.kvorum.tests.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.FreePorts;
import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.spy.memcached.AddrUtil;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactory;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.FailureMode;
import net.spy.memcached.MemcachedClient;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A client that spreads its keys over three addresses, each of which has them all. */
final class SpymemcachedIT {
    private static final int NODES = 3;
    private static final int KEYS = 100;
    private static final int AN_HOUR = 3600;

    @Test
    void what_one_client_of_memcached_writes_every_node_has_in_both_protocols() throws Exception {
        List<Integer> ports = FreePorts.find(NODES, 0);
        try (TestCluster cluster = TestCluster.prepare(NODES, Map.of())) {
            for (int node = 0; node < NODES; node++) {
                cluster.startNode(node, Map.of("memcached.port", String.valueOf(ports.get(node))));
            }
            cluster.awaitReady();
            MemcachedClient all = client(ports);
            MemcachedClient last = client(ports.subList(NODES - 1, NODES));
            try {
                values(all, last);
                try (Jedis redis = cluster.connect(0)) {
                    assertThat(redis.get("count")).isEqualTo("6");
                    redis.set("page", "<html>");
                    assertThat(last.get("page")).isEqualTo("<html>");
                }
                assertThat(all.flush().get()).isTrue();
                assertThat(last.get("key0")).isNull();
            } finally {
                all.shutdown();
                last.shutdown();
            }
        }
    }

    private static void values(MemcachedClient all, MemcachedClient last) throws Exception {
        assertThat(all.getVersions().values()).allMatch(version -> version.matches("\\d+\\.\\d+\\.\\d+"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            names.add("key" + i);
            assertThat(all.set("key" + i, AN_HOUR, "value" + i).get()).isTrue();
        }
        assertThat(all.getBulk(names)).hasSize(KEYS).containsEntry("key7", "value7");
        assertThat(last.getBulk(names)).hasSize(KEYS);
        assertThat(all.add("key0", AN_HOUR, "other").get()).isFalse();
        assertThat(all.replace("key0", AN_HOUR, "new").get()).isTrue();
        assertThat(all.append("key0", "er").get()).isTrue();
        assertThat(last.get("key0")).isEqualTo("newer");
        CASValue<Object> seen = all.gets("key1");
        assertThat(last.set("key1", AN_HOUR, "meanwhile").get()).isTrue();
        assertThat(all.cas("key1", seen.getCas(), "late")).isEqualTo(CASResponse.EXISTS);
        assertThat(all.cas("key1", all.gets("key1").getCas(), "in time")).isEqualTo(CASResponse.OK);
        assertThat(last.get("key1")).isEqualTo("in time");
        assertThat(all.incr("count", 5, 1, AN_HOUR)).isEqualTo(1);
        assertThat(last.incr("count", 5)).isEqualTo(6);
        assertThat(all.touch("key2", AN_HOUR).get()).isTrue();
        assertThat(all.delete("key3").get()).isTrue();
        assertThat(last.get("key3")).isNull();
        // Its own type, told by its flags.
        assertThat(all.set("number", 0, 7L).get()).isTrue();
        assertThat(last.get("number")).isEqualTo(7L);
    }

    private static MemcachedClient client(List<Integer> ports) throws IOException {
        ConnectionFactory factory = new ConnectionFactoryBuilder()
                .setFailureMode(FailureMode.Cancel)
                .setOpTimeout(10_000)
                .build();
        List<InetSocketAddress> addresses = AddrUtil.getAddresses(
                ports.stream().map(port -> "127.0.0.1:" + port).toList());
        return new MemcachedClient(factory, addresses);
    }
}
