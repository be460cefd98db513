package io.kvorum.tests.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/** Many sessions that check what they are told, each at a steady pace. */
final class CheckedLoad implements AutoCloseable {
    private static final int REPLICAS = 3;
    private static final int COUNTERS = 4;
    private static final int VIOLATIONS_MAX = 50;

    private final FaultyCluster cluster;
    private final List<Session> sessions = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Counter> counters =
            Stream.generate(Counter::new).limit(COUNTERS).toList();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /**
     * Asks nothing yet.
     *
     * @param nodes where sessions may go; each has as many that prefer it
     * @param perSecond requests of all sessions together
     */
    CheckedLoad(FaultyCluster cluster, int[] nodes, int sessionsANode, int perSecond, long seed) {
        this.cluster = cluster;
        SplittableRandom random = new SplittableRandom(seed);
        int all = nodes.length * sessionsANode;
        for (int i = 0; i < all; i++) {
            sessions.add(
                    new Session(this, i, nodes, i % nodes.length, 1_000_000_000L * all / perSecond, random.split()));
        }
    }

    CheckedLoad begin() {
        for (Session session : sessions) {
            Thread thread = new Thread(session, "session-" + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    /** Asks no more, and waits for the last answers. */
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

    /** After the end: what every node says of every key. */
    void verify() {
        for (int node = 0; node < cluster.size(); node++) {
            String when = "in the end, asked of n" + node;
            try (Jedis client = connect(node)) {
                sessions.forEach(session -> session.verify(client, when));
                for (int i = 0; i < COUNTERS; i++) {
                    String found = client.get(counterKey(i));
                    checkCounter(i, counters.get(i).least(), found == null ? 0 : Long.parseLong(found));
                }
            }
        }
    }

    void checkCounter(int index, long least, long found) {
        long most = counters.get(index).most();
        if (found < least || found > most) {
            violated(counterKey(index) + " is " + found + ", and not " + least + " to " + most);
        }
    }

    /** Every key that was asked for. After the end. */
    List<String> keys() {
        return Stream.concat(
                        sessions.stream().flatMap(Session::keys),
                        IntStream.range(0, COUNTERS).mapToObj(CheckedLoad::counterKey))
                .toList();
    }

    /** What was shown that must not be; empty if all is well. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Every request that failed or took long. After the end. */
    List<Incident> incidents() {
        return sessions.stream()
                .flatMap(session -> session.incidents().stream())
                .sorted((one, other) -> Long.compare(one.sentNanos(), other.sentNanos()))
                .toList();
    }

    /** How many were asked, failures included. After the end. */
    long count(Operation operation) {
        return sessions.stream().mapToLong(session -> session.count(operation)).sum();
    }

    /** All of them. */
    long count() {
        return Arrays.stream(Operation.values()).mapToLong(this::count).sum();
    }

    /** A percentile of how long what was due in this time took, from when it was due. After the end. */
    double millis(double percentile, long fromNanos, long toNanos) {
        long[] sorted = sessions.stream()
                .flatMapToLong(session -> Arrays.stream(session.tookNanos(fromNanos, toNanos)))
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percentile * sorted.length) - 1] / 1e6;
    }

    List<Counter> counters() {
        return counters;
    }

    static String counterKey(int index) {
        return "counter:" + index;
    }

    /** Whether nodes pass plain writes on, because not every node owns every key. */
    boolean passesOn() {
        return cluster.size() > REPLICAS;
    }

    /** Whether a node is in trouble now, or was a moment ago. */
    boolean isInTrouble() {
        return cluster.isInTrouble();
    }

    /** How often a value came back because two nodes had been passed its write. After the end. */
    int returned() {
        return sessions.stream().mapToInt(Session::returned).sum();
    }

    boolean isEnded() {
        return ended;
    }

    Jedis connect(int node) {
        return cluster.processes().connect(node);
    }

    void violated(String what) {
        if (violations.size() < VIOLATIONS_MAX) {
            violations.add(what);
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
