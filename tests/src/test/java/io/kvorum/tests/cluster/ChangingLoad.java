package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Clients of one node that each write keys of their own again and again and read back what they wrote: every answer must be
 * what was acknowledged last, or what was passed to a node while that was killed, and is in doubt since.
 */
final class ChangingLoad implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int KEYS_EACH = 200;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final int FAILURES_MAX = 20;

    private final TestCluster cluster;
    private final int node;
    private final List<Thread> threads = new ArrayList<>();
    private final Acknowledged[][] keys = new Acknowledged[CLIENTS][KEYS_EACH];
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    /** Odd while a node is being killed and that is not noticed yet. */
    private final AtomicInteger kills = new AtomicInteger();

    private volatile boolean ended;

    ChangingLoad(TestCluster cluster, int node) {
        for (Acknowledged[] each : keys) {
            Arrays.setAll(each, key -> new Acknowledged());
        }
        this.cluster = cluster;
        this.node = node;
    }

    ChangingLoad begin() {
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            Thread thread = new Thread(() -> run(number), "client-" + client);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    /** Kills another node, and waits until the one that is asked has noticed: till then writes passed to it may be in doubt. */
    void kill(int victim, Duration noticedWithin) {
        kills.incrementAndGet();
        cluster.kill(victim);
        try (Jedis client = cluster.connect(node)) {
            cluster.await(
                    "n" + victim + " to be missed",
                    noticedWithin,
                    () -> !Members.statusOf(client, "n" + victim).equals("up"));
        }
        kills.incrementAndGet();
    }

    private void run(int client) {
        try (Jedis connection = cluster.connect(node)) {
            for (long i = 1; !ended && failures.size() < FAILURES_MAX; i++) {
                int number = (int) (i % KEYS_EACH);
                ask(client, number, connection, i);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (JedisException connectionLost) {
            failures.add("client " + client + " lost its connection: " + connectionLost.getMessage());
        }
    }

    private void ask(int client, int number, Jedis connection, long value) {
        String key = key(client, number);
        Acknowledged known = keys[client][number];
        try {
            String found = connection.get(key);
            if (!allows(known, found)) {
                failures.add(key + " is " + found + ", but " + known);
            }
        } catch (JedisDataException refused) {
            failures.add(key + " cannot be read: " + refused.getMessage());
        }
        known.sent(value, false);
        int before = kills.get();
        try {
            connection.set(key, String.valueOf(value));
            known.acknowledged(value);
            acknowledged.incrementAndGet();
        } catch (JedisDataException refused) {
            boolean underWay = before % 2 == 1 || kills.get() != before;
            if (!underWay || !String.valueOf(refused.getMessage()).startsWith("INDOUBT")) {
                failures.add(key + ": " + refused.getMessage());
            }
        }
    }

    private static boolean allows(Acknowledged known, @Nullable String found) {
        return found == null ? known.allowsAbsence() : known.allows(Long.parseLong(found));
    }

    void end() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** After the end: a node has all that was acknowledged. */
    void verify(int at) {
        try (Jedis connection = cluster.connect(at)) {
            for (int client = 0; client < CLIENTS; client++) {
                for (int number = 0; number < KEYS_EACH; number++) {
                    String found = connection.get(key(client, number));
                    Acknowledged known = keys[client][number];
                    assertThat(allows(known, found))
                            .as("%s at n%d is %s, but %s", key(client, number), at, found, known)
                            .isTrue();
                }
            }
        }
    }

    private static String key(int client, int number) {
        return "client" + client + ":" + number;
    }

    @Override
    public void close() {
        end();
    }
}
