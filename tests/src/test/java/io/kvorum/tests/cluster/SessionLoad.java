package io.kvorum.tests.cluster;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.commands.JedisCommands;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Sessions of clients as applications have them, with nodes that are restarted. Each writes keys of its own and reads them back:
 * every answer must be what was acknowledged last, wherever it comes from, and no request may fail. Half are plain clients that
 * ask any node, with a pool for each that looks at a connection before it hands it out, and go on at another when one is not to
 * be had; the others are cluster clients, which find out by themselves whom to ask.
 */
final class SessionLoad implements AutoCloseable {
    private static final int CLIENTS_OF_A_KIND = 3;
    private static final int KEYS_EACH = 50;
    private static final int BURST_MAX = 20;

    /** Between two uses of a connection: longer than a node that lets clients go waits for silence. */
    private static final long IDLE_MILLIS = 120;

    /** A client that asked nothing for longer may have been taken for silent: half of what a node waits for. */
    private static final long SILENT_NANOS = 50_000_000;

    /** A client that goes on for longer may be let go between two requests: half of what a node waits for. */
    private static final long BURST_NANOS_MAX = 500_000_000;

    private static final long PAUSE_NANOS = 2_000_000;
    private static final JedisClientConfig CONFIG =
            DefaultJedisClientConfig.builder().socketTimeoutMillis(10_000).build();

    private final TestCluster cluster;
    private final int nodes;
    private final List<Session> sessions = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    SessionLoad(TestCluster cluster, int nodes, SplittableRandom random) {
        this.cluster = cluster;
        this.nodes = nodes;
        for (int i = 0; i < CLIENTS_OF_A_KIND; i++) {
            sessions.add(new Session("plain" + i, false, random.split()));
            sessions.add(new Session("cluster" + i, true, random.split()));
        }
    }

    SessionLoad begin() {
        sessions.forEach(session -> session.thread.start());
        return this;
    }

    /** How many writes of the session with the fewest are acknowledged. */
    long fewestAcknowledged() {
        return sessions.stream()
                .mapToLong(session -> session.acknowledged)
                .min()
                .orElseThrow();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    void end() {
        ended = true;
        for (Session session : sessions) {
            try {
                session.thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** After the end: a node has all that was acknowledged. */
    void verify(int node) {
        try (Jedis connection = cluster.connect(node)) {
            for (Session session : sessions) {
                for (int key = 0; key < KEYS_EACH; key++) {
                    session.read(connection, key, "n" + node);
                }
            }
        }
    }

    @Override
    public void close() {
        end();
    }

    private final class Session {
        final Thread thread;
        volatile long acknowledged;
        private final String name;
        private final SplittableRandom random;
        private final long[] written = new long[KEYS_EACH];
        private long borrowedNanos;
        private long askedNanos;

        Session(String name, boolean asCluster, SplittableRandom random) {
            this.name = name;
            this.random = random;
            this.thread = new Thread(asCluster ? this::runAsCluster : this::runPlain, name);
            thread.setDaemon(true);
        }

        private boolean goesOn() {
            return !ended && failures.isEmpty();
        }

        private void runAsCluster() {
            Set<HostAndPort> seeds = new LinkedHashSet<>();
            for (int node = 0; node < nodes; node++) {
                seeds.add(new HostAndPort("127.0.0.1", cluster.port(node)));
            }
            try (RedisClusterClient connection = RedisClusterClient.builder()
                    .nodes(seeds)
                    .clientConfig(CONFIG)
                    .build()) {
                while (goesOn()) {
                    int key = random.nextInt(KEYS_EACH);
                    read(connection, key, "the cluster");
                    write(connection, key, "the cluster");
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }

        private void runPlain() {
            List<ConnectionPool> pools = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                ConnectionPoolConfig pool = new ConnectionPoolConfig();
                pool.setMaxTotal(1);
                pool.setTestOnBorrow(true);
                pools.add(new ConnectionPool(new HostAndPort("127.0.0.1", cluster.port(node)), CONFIG, pool));
            }
            while (goesOn()) {
                // As behind a balancer: also at one that has only just started.
                int node = random.nextInt(nodes);
                borrowedNanos = System.nanoTime();
                askedNanos = borrowedNanos;
                try (Jedis connection = new Jedis(pools.get(node).getResource())) {
                    for (int i = 1 + random.nextInt(BURST_MAX); i > 0 && goesOn() && mayAsk(); i--) {
                        int key = random.nextInt(KEYS_EACH);
                        read(connection, key, "n" + node);
                        if (mayAsk()) {
                            write(connection, key, "n" + node);
                        }
                    }
                } catch (JedisException notToBeHad) {
                    continue;
                }
                LockSupport.parkNanos(1_000_000 * (IDLE_MILLIS + random.nextLong(IDLE_MILLIS)));
            }
            pools.forEach(ConnectionPool::close);
        }

        /** Whether nobody can have closed the connection since it was borrowed; else it is looked at again before it is used. */
        private boolean mayAsk() {
            long now = System.nanoTime();
            return now - askedNanos <= SILENT_NANOS && now - borrowedNanos <= BURST_NANOS_MAX;
        }

        private void write(JedisCommands connection, int key, String where) {
            long value = acknowledged + 1;
            askedNanos = System.nanoTime();
            try {
                if (random.nextBoolean()) {
                    connection.set(key(key), String.valueOf(value));
                } else {
                    // Run by the first owner alone, whoever is asked.
                    check(key, connection.setGet(key(key), String.valueOf(value)), where);
                }
            } catch (JedisException failed) {
                failures.add(describe(key, where) + " cannot be written: " + failed);
                return;
            }
            written[key] = value;
            acknowledged = value;
        }

        private void read(JedisCommands connection, int key, String where) {
            askedNanos = System.nanoTime();
            try {
                check(key, connection.get(key(key)), where);
            } catch (JedisException failed) {
                failures.add(describe(key, where) + " cannot be read: " + failed);
            }
        }

        private void check(int key, @Nullable String found, String where) {
            if (!String.valueOf(written[key]).equals(found == null ? "0" : found)) {
                failures.add(describe(key, where) + " is " + found + ", not " + written[key]);
            }
        }

        private String describe(int key, String where) {
            return Instant.now() + " " + key(key) + " at " + where + " after " + acknowledged + " writes";
        }

        private String key(int key) {
            return name + ":" + key;
        }
    }
}
