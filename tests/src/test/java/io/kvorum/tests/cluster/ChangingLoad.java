package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Clients of one node that each write keys of their own again and again and read back what they wrote: every answer must be
 * what was acknowledged last.
 */
final class ChangingLoad implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int KEYS_EACH = 200;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final int FAILURES_MAX = 20;

    private final TestCluster cluster;
    private final int node;
    private final List<Thread> threads = new ArrayList<>();
    private final long[][] written = new long[CLIENTS][KEYS_EACH];
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean ended;

    ChangingLoad(TestCluster cluster, int node) {
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
        try {
            String found = connection.get(key);
            long last = written[client][number];
            if (!String.valueOf(last).equals(found == null ? "0" : found)) {
                failures.add(key + " is " + found + ", not " + last);
            }
            connection.set(key, String.valueOf(value));
            written[client][number] = value;
            acknowledged.incrementAndGet();
        } catch (JedisDataException refused) {
            failures.add(key + ": " + refused.getMessage());
        }
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
                    assertThat(found == null ? "0" : found)
                            .as("%s at n%d", key(client, number), at)
                            .isEqualTo(String.valueOf(written[client][number]));
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
