package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Fifty clients count on one key, at all nodes at once, while a node dies and the network parts. */
@Timeout(120)
final class CountersIT {
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int NODES = 3;
    private static final int CLIENTS = 50;
    private static final int DIES = 2;
    private static final int CUT_OFF = 0;
    private static final int LIMIT = 100;
    private static final long WHILE_NANOS = Duration.ofMillis(1_500).toNanos();
    private static final long PAUSE_NANOS = 3_000_000;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String KEY = "visits";

    @Test
    void no_acknowledged_increment_is_lost_and_none_counts_twice() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        try (FaultyCluster cluster = FaultyCluster.start(NODES, SEED, TestCluster.AS_SHIPPED)) {
            Load load = new Load(cluster);
            load.begin();
            LockSupport.parkNanos(WHILE_NANOS);
            cluster.processes().kill(DIES);
            LockSupport.parkNanos(WHILE_NANOS);
            cluster.restart(DIES);
            cluster.awaitWell();
            cluster.network().ruleAround(CUT_OFF, Rule.HOLD, Rule.HOLD);
            LockSupport.parkNanos(2 * WHILE_NANOS);
            cluster.network().heal();
            cluster.awaitWell();
            LockSupport.parkNanos(WHILE_NANOS);
            load.end();
            cluster.awaitWell();
            System.out.printf(
                    "[counters] %d increments acknowledged, %d in doubt, %d refused%n",
                    load.acknowledged.get(), load.inDoubt.get(), load.refused.get());
            assertThat(load.unexpected).isEmpty();
            assertThat(load.acknowledged.get()).isGreaterThan(CLIENTS);
            long least = load.acknowledged.get();
            long most = least + load.inDoubt.get();
            for (int node = 0; node < NODES; node++) {
                try (Jedis client = cluster.processes().connect(node)) {
                    // A node that was away may still be handed what it missed; R of three have it.
                    assertThat(Long.parseLong(client.get(KEY)))
                            .as("at n%d, seed %d", node, SEED)
                            .isBetween(least, most);
                }
            }
        }
    }

    @Test
    void rate_limiter_lets_as_many_through_as_it_should_whichever_node_is_asked() throws Exception {
        try (FaultyCluster cluster = FaultyCluster.start(NODES, SEED, Map.of())) {
            AtomicInteger passed = new AtomicInteger();
            Queue<String> failures = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2 * NODES; i++) {
                int node = i % NODES;
                Thread thread = new Thread(() -> {
                    try (Jedis client = cluster.processes().connect(node)) {
                        for (int ask = 0; ask < LIMIT; ask++) {
                            // The usual way of it: a window that begins with its first request.
                            long number = client.incr("window");
                            if (number == 1) {
                                client.expire("window", 60);
                            }
                            if (number <= LIMIT) {
                                passed.incrementAndGet();
                            }
                        }
                    } catch (RuntimeException failed) {
                        failures.add(String.valueOf(failed));
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(passed).hasValue(LIMIT);
            try (Jedis client = cluster.processes().connect(0)) {
                assertThat(client.ttl("window")).isBetween(1L, 60L);
                assertThat(client.get("window")).isEqualTo(String.valueOf(2 * NODES * LIMIT));
            }
        }
    }

    /** Clients of all nodes, who go on when theirs is away. */
    private static final class Load {
        private final FaultyCluster cluster;
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicLong acknowledged = new AtomicLong();
        private final AtomicLong inDoubt = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
        private volatile boolean ended;

        Load(FaultyCluster cluster) {
            this.cluster = cluster;
        }

        void begin() {
            for (int i = 0; i < CLIENTS; i++) {
                int node = i % NODES;
                Thread thread = new Thread(() -> run(node), "client-" + i);
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }

        private void run(int node) {
            while (!ended) {
                try (Jedis client = cluster.processes().connect(node)) {
                    client.ping();
                    while (!ended) {
                        increment(client);
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                } catch (JedisConnectionException gone) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } catch (JedisDataException starting) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }

        private void increment(Jedis client) {
            try {
                client.incr(KEY);
                acknowledged.incrementAndGet();
            } catch (JedisDataException error) {
                String text = String.valueOf(error.getMessage());
                if (text.startsWith("INDOUBT")) {
                    inDoubt.incrementAndGet();
                } else if (text.startsWith("CLUSTERDOWN")
                        || text.startsWith("TRYAGAIN")
                        || text.startsWith("LOADING")) {
                    refused.incrementAndGet();
                } else {
                    unexpected.add(text);
                }
            } catch (JedisConnectionException lost) {
                inDoubt.incrementAndGet();
                throw lost;
            }
        }

        void end() {
            ended = true;
            for (Thread thread : threads) {
                try {
                    thread.join(SOON.toMillis());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
