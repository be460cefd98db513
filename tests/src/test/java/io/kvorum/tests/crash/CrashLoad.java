package io.kvorum.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.Acknowledged;
import io.kvorum.tests.cluster.TestCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Writers that know what was acknowledged to them. Each has keys of its own and writes to them in order, a few at a time,
 * until its node is gone; so of each key the last acknowledged value must be there afterwards, or one that was on its way
 * when the node died, and never one that was not sent or that came before. What was on its way may have reached one replica
 * of several: a quorum without that replica does not show it, and a later one may, until a newer value is seen.
 */
final class CrashLoad {
    private static final int KEYS_A_WRITER = 400;
    private static final int PIPELINED = 8;

    private final TestCluster cluster;
    private final boolean replicated;
    private final List<Writer> writers = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();

    CrashLoad(TestCluster cluster, int writersANode, int nodes, long seed) {
        this.cluster = cluster;
        this.replicated = nodes > 1;
        SplittableRandom random = new SplittableRandom(seed);
        for (int node = 0; node < nodes; node++) {
            for (int i = 0; i < writersANode; i++) {
                writers.add(new Writer(writers.size(), node, random.split()));
            }
        }
    }

    /** How many writes were acknowledged so far. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Writes until the nodes are gone: returns what waits for that. */
    Runnable begin() {
        List<Thread> threads = new ArrayList<>();
        for (Writer writer : writers) {
            Thread thread = new Thread(writer, "writer-" + writer.number);
            threads.add(thread);
            thread.start();
        }
        return () -> {
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            writers.forEach(Writer::requireSound);
        };
    }

    /** Compares what a node says of every key with what was acknowledged. */
    void verify(int node, String as) {
        try (Jedis client = cluster.connect(node)) {
            for (Writer writer : writers) {
                writer.verify(client, as);
            }
        }
    }

    private final class Writer implements Runnable {
        private final int number;
        private final int node;
        private final SplittableRandom random;
        private final Map<String, Acknowledged> keys = new HashMap<>();
        private long sequence;
        private @Nullable RuntimeException bug;

        Writer(int number, int node, SplittableRandom random) {
            this.number = number;
            this.node = node;
            this.random = random;
        }

        @Override
        public void run() {
            try (Jedis client = cluster.connect(node)) {
                while (true) {
                    write(client);
                }
            } catch (JedisConnectionException killed) {
                // What was under way stays so: nobody knows.
                return;
            } catch (RuntimeException unexpected) {
                bug = unexpected;
            }
        }

        private void write(Jedis client) {
            List<Acknowledged> written = new ArrayList<>();
            List<Long> values = new ArrayList<>();
            List<Response<String>> replies = new ArrayList<>();
            Pipeline pipeline = client.pipelined();
            for (int i = 0; i < PIPELINED; i++) {
                String key = "w" + number + ":" + random.nextInt(KEYS_A_WRITER);
                long value = ++sequence;
                values.add(value);
                Acknowledged known = keys.computeIfAbsent(key, none -> new Acknowledged());
                known.sent(value, false);
                written.add(known);
                replies.add(pipeline.set(key, value(value)));
            }
            pipeline.sync();
            for (int i = 0; i < PIPELINED; i++) {
                try {
                    replies.get(i).get();
                } catch (JedisDataException refused) {
                    // Not acknowledged; where it is in doubt it may be there.
                    continue;
                }
                written.get(i).acknowledged(values.get(i));
                acknowledged.incrementAndGet();
            }
        }

        private String value(long value) {
            return value + ":" + "x".repeat((int) (value * 7 % 300));
        }

        void requireSound() {
            if (bug != null) {
                throw bug;
            }
        }

        void verify(Jedis client, String as) {
            keys.forEach((key, known) -> {
                String found = client.get(key);
                if (found == null) {
                    assertThat(known.allowsAbsence())
                            .as("%s: %s is gone, %s", as, key, known)
                            .isTrue();
                } else {
                    long value = Long.parseLong(found.substring(0, found.indexOf(':')));
                    assertThat(found).as("%s: %s", as, key).isEqualTo(value(value));
                    assertThat(known.allows(value))
                            .as("%s: %s shows %d, %s", as, key, value, known)
                            .isTrue();
                    known.acknowledged(value);
                }
                if (!replicated) {
                    known.nothingIsOpen();
                }
            });
        }
    }
}
