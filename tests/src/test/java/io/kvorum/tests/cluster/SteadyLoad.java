package io.kvorum.tests.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.commands.StringBinaryCommands;
import redis.clients.jedis.exceptions.JedisException;

/**
 * GET and SET at a fixed rate, on as many keys as one likes: half of it by plain clients of one address, half by clients
 * that follow the cluster's topology. Every client has keys of its own, so that it knows what each must show. Latency counts
 * from the moment a command should have begun.
 */
final class SteadyLoad implements AutoCloseable {
    private static final int CLIENTS = 16;
    private static final int VALUE_BYTES = 100;
    private static final int NUMBER_BYTES = 10;
    private static final int BATCH = 1_000;
    private static final int FAILURES_MAX = 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long LONGEST_NANOS = 60 * NANOS_PER_SECOND;

    private final TestCluster cluster;
    private final int node;
    private final int keys;
    private final long periodNanos;
    private final int[] written;
    private final SplittableRandom random;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Recorder recorder = new Recorder(LONGEST_NANOS, 3);
    private volatile boolean ended;

    /**
     * @param node whom plain clients know, and whom the others ask for the topology first
     * @param rate commands a second, of all clients together
     */
    SteadyLoad(TestCluster cluster, int node, int keys, int rate, SplittableRandom random) {
        this.cluster = cluster;
        this.node = node;
        this.keys = keys;
        this.periodNanos = NANOS_PER_SECOND * CLIENTS / rate;
        this.written = new int[keys];
        this.random = random;
    }

    /** Writes each key once. */
    void fill() {
        try (Jedis client = cluster.connect(node)) {
            for (int key = 0; key < keys; key += BATCH) {
                Pipeline pipeline = client.pipelined();
                for (int i = key; i < Math.min(keys, key + BATCH); i++) {
                    pipeline.set(name(i), value(0));
                }
                pipeline.syncAndReturnAll()
                        .forEach(reply -> expect("OK".equals(reply), "a fill was answered " + reply));
            }
        }
    }

    SteadyLoad begin() {
        for (int number = 0; number < CLIENTS; number++) {
            int client = number;
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> run(client, own), "client-" + client);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    private void run(int client, SplittableRandom own) {
        if (client % 2 == 0) {
            try (Jedis plain = cluster.connect(node)) {
                run(client, own, plain);
            }
        } else {
            try (RedisClusterClient following = RedisClusterClient.builder()
                    .nodes(Set.of(new HostAndPort("127.0.0.1", cluster.port(node))))
                    .build()) {
                run(client, own, following);
            }
        }
    }

    private void run(int client, SplittableRandom own, StringBinaryCommands commands) {
        long next = System.nanoTime() + own.nextLong(periodNanos);
        while (!ended && failures.size() < FAILURES_MAX) {
            for (long now = System.nanoTime(); now < next; now = System.nanoTime()) {
                LockSupport.parkNanos(next - now);
            }
            int key = own.nextInt(keys / CLIENTS) * CLIENTS + client;
            try {
                if (own.nextBoolean()) {
                    check(key, commands.get(name(key)));
                } else {
                    String reply = commands.set(name(key), value(written[key] + 1));
                    expect("OK".equals(reply), "SET was answered " + reply);
                    written[key]++;
                }
            } catch (JedisException failed) {
                failures.add("client " + client + ": " + failed);
            }
            recorder.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - next));
            next += periodNanos;
        }
    }

    private void check(int key, byte[] found) {
        expect(
                Arrays.equals(found, value(written[key])),
                "key " + key + " is " + (found == null ? "gone" : new String(found, 0, NUMBER_BYTES, US_ASCII))
                        + ", not " + written[key]);
    }

    private void expect(boolean holds, String otherwise) {
        if (!holds) {
            failures.add(otherwise);
        }
    }

    /** How long commands took since this was asked last. */
    Histogram latencies() {
        return recorder.getIntervalHistogram();
    }

    List<String> failures() {
        return List.copyOf(failures);
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

    /** After the end: asks a node for every key. */
    void verify(int at) {
        try (Jedis client = cluster.connect(at)) {
            for (int key = 0; key < keys; key += BATCH) {
                byte[][] names = new byte[Math.min(BATCH, keys - key)][];
                for (int i = 0; i < names.length; i++) {
                    names[i] = name(key + i);
                }
                List<byte[]> values = client.mget(names);
                for (int i = 0; i < names.length; i++) {
                    check(key + i, values.get(i));
                }
            }
        }
    }

    private static byte[] name(int key) {
        return ("key:" + key).getBytes(US_ASCII);
    }

    private static byte[] value(int number) {
        byte[] value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) '.');
        byte[] digits = String.format("%0" + NUMBER_BYTES + "d", number).getBytes(US_ASCII);
        System.arraycopy(digits, 0, value, 0, NUMBER_BYTES);
        return value;
    }

    @Override
    public void close() {
        end();
    }
}
