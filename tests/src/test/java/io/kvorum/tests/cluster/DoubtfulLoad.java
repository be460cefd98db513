package io.kvorum.tests.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Clients of nodes that may be killed. Each writes keys of its own and reads them back, at whichever node answers: a read
 * shows what was acknowledged last, or what is in doubt since.
 */
final class DoubtfulLoad implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int KEYS_EACH = 200;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final int FAILURES_MAX = 20;

    private final TestCluster cluster;
    private final int[] nodes;
    private final List<Client> clients = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong inDoubt = new AtomicLong();
    private volatile boolean ended;

    DoubtfulLoad(TestCluster cluster, int[] nodes, SplittableRandom random) {
        this.cluster = cluster;
        this.nodes = nodes;
        for (int number = 0; number < CLIENTS; number++) {
            clients.add(new Client(number, random.split()));
        }
    }

    DoubtfulLoad begin() {
        clients.forEach(Thread::start);
        return this;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long refused() {
        return refused.get();
    }

    long inDoubt() {
        return inDoubt.get();
    }

    void end() {
        ended = true;
        for (Client client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** After the end: a node shows of each key what it may, and refuses none. */
    void verify(int node) {
        long before = refused.get();
        try (Jedis connection = cluster.connect(node)) {
            for (Client client : clients) {
                for (int key = 0; key < KEYS_EACH; key++) {
                    client.read(connection, key);
                }
            }
        }
        if (!failures.isEmpty() || refused.get() > before) {
            throw new AssertionError("at n" + node + ": " + failures + ", refused: " + (refused.get() - before));
        }
    }

    @Override
    public void close() {
        end();
    }

    private final class Client extends Thread {
        private final int number;
        private final SplittableRandom random;
        private final Acknowledged[] keys = new Acknowledged[KEYS_EACH];

        Client(int number, SplittableRandom random) {
            super("client-" + number);
            this.number = number;
            this.random = random;
            setDaemon(true);
            for (int key = 0; key < KEYS_EACH; key++) {
                keys[key] = new Acknowledged(true);
            }
        }

        @Override
        public void run() {
            long value = 0;
            while (goesOn()) {
                try (Jedis connection = cluster.connect(nodes[random.nextInt(nodes.length)])) {
                    while (goesOn()) {
                        int key = random.nextInt(KEYS_EACH);
                        read(connection, key);
                        write(connection, key, ++value);
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                } catch (JedisException killed) {
                    // What was under way stays in doubt; another node, or the same in a while, takes the next.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }

        private boolean goesOn() {
            return !ended && failures.size() < FAILURES_MAX;
        }

        private void write(Jedis connection, int key, long value) {
            keys[key].sent(value, false);
            try {
                connection.set(name(key), String.valueOf(value));
                keys[key].acknowledged(value);
                acknowledged.incrementAndGet();
            } catch (JedisDataException answer) {
                if (String.valueOf(answer.getMessage()).startsWith("INDOUBT")) {
                    inDoubt.incrementAndGet();
                } else {
                    keys[key].refused(value);
                    refused.incrementAndGet();
                }
            }
        }

        private void read(Jedis connection, int key) {
            String found;
            try {
                found = connection.get(name(key));
            } catch (JedisDataException answer) {
                refused.incrementAndGet();
                return;
            }
            boolean allowed = found == null ? keys[key].allowsAbsence() : keys[key].allows(Long.parseLong(found));
            if (!allowed) {
                failures.add(name(key) + " is " + found + ", but " + keys[key]);
            }
        }

        private String name(int key) {
            return "client" + number + ":" + key;
        }
    }
}
