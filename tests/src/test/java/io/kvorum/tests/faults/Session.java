package io.kvorum.tests.faults;

import io.kvorum.tests.cluster.Acknowledged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One client, which asks one thing after the other, each when it is due. It has keys of its own and knows what was
 * acknowledged to it; every read must show that. When its node is gone it goes to another one, and back again later.
 */
final class Session implements Runnable {
    private static final int PLAIN_KEYS = 25;
    private static final int CONTEXTUAL_KEYS = 5;
    private static final int PADDING_MAX = 200;
    private static final long HOME_AGAIN_NANOS = 1_000_000_000L;
    /** Before this a node that was passed a write is not given up, unless its connection breaks. */
    private static final long PATIENCE_NANOS = 400_000_000L;

    private static final long SLOW_NANOS = 1_000_000_000L;

    /** A client that was kept waiting for longer than this asks for nothing that was due meanwhile. */
    private static final long BACKLOG_NANOS_MAX = 3_000_000_000L;

    private final CheckedLoad load;
    private final int number;
    private final int[] nodes;
    private final int home;
    private final long gapNanos;
    private final SplittableRandom random;
    private final Map<String, Acknowledged> plain = new HashMap<>();
    private final Map<String, Contextual> contextual = new HashMap<>();
    private final List<Incident> incidents = new ArrayList<>();
    private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
    private long[] dueNanos = new long[1 << 12];
    private long[] tookNanos = new long[1 << 12];
    private int asked;
    private int place;
    private long awaySinceNanos;
    private long lastNumber;
    private @Nullable Jedis connection;

    /**
     * Asks nothing yet.
     *
     * @param nodes where it may go
     * @param home the place among these of the node that it prefers
     * @param gapNanos between two requests
     */
    Session(CheckedLoad load, int number, int[] nodes, int home, long gapNanos, SplittableRandom random) {
        this.load = load;
        this.number = number;
        this.nodes = nodes.clone();
        this.home = home;
        this.place = home;
        this.gapNanos = gapNanos;
        this.random = random;
    }

    List<Incident> incidents() {
        return incidents;
    }

    long count(Operation operation) {
        return counts.getOrDefault(operation, 0L);
    }

    /** How long requests took that were due in this time, counted from when they were due. */
    long[] tookNanos(long fromNanos, long toNanos) {
        long[] took = new long[asked];
        int count = 0;
        for (int i = 0; i < asked; i++) {
            if (dueNanos[i] - fromNanos >= 0 && dueNanos[i] - toNanos < 0) {
                took[count++] = tookNanos[i];
            }
        }
        return Arrays.copyOf(took, count);
    }

    @Override
    public void run() {
        try {
            long due = System.nanoTime() + random.nextLong(gapNanos);
            while (!load.isEnded()) {
                LockSupport.parkNanos(due - System.nanoTime());
                if (System.nanoTime() - due >= 0) {
                    step(due);
                    due += gapNanos;
                    if (System.nanoTime() - due > BACKLOG_NANOS_MAX) {
                        due = System.nanoTime();
                    }
                }
            }
        } catch (RuntimeException | AssertionError bug) {
            load.violated("session " + number + " failed: " + bug);
        } finally {
            disconnect();
        }
    }

    private void step(long due) {
        int dice = random.nextInt(100);
        String key = "s" + number + ":" + random.nextInt(PLAIN_KEYS);
        if (dice < 35) {
            get(key);
        } else if (dice < 65) {
            set(key);
        } else if (dice < 75) {
            delete(key);
        } else if (dice < 85) {
            increment(random.nextInt(load.counters().size()));
        } else if (dice < 90) {
            count(random.nextInt(load.counters().size()));
        } else {
            put("c" + number + ":" + random.nextInt(CONTEXTUAL_KEYS));
        }
        if (asked == dueNanos.length) {
            dueNanos = Arrays.copyOf(dueNanos, 2 * asked);
            tookNanos = Arrays.copyOf(tookNanos, 2 * asked);
        }
        dueNanos[asked] = due;
        tookNanos[asked++] = System.nanoTime() - due;
    }

    private void get(String key) {
        Acknowledged known = plain.computeIfAbsent(key, none -> new Acknowledged(load.passesOn()));
        Outcome<String> outcome = ask(Operation.GET, client -> client.get(key));
        if (outcome.isAnswered()) {
            check(key, known, outcome.answer(), "while it ran");
        }
    }

    private void set(String key) {
        Acknowledged known = plain.computeIfAbsent(key, none -> new Acknowledged(load.passesOn()));
        long write = ++lastNumber;
        known.sent(write, false);
        settle(known, write, ask(Operation.SET, client -> client.set(key, value(write))));
    }

    private void delete(String key) {
        Acknowledged known = plain.computeIfAbsent(key, none -> new Acknowledged(load.passesOn()));
        long write = ++lastNumber;
        known.sent(write, true);
        settle(known, write, ask(Operation.DEL, client -> client.del(key)));
    }

    private static void settle(Acknowledged known, long write, Outcome<?> outcome) {
        if (outcome.isAnswered()) {
            known.acknowledged(write);
        } else if (outcome.isRefused()) {
            known.refused(write);
        }
    }

    private void increment(int index) {
        Counter counter = load.counters().get(index);
        long least = counter.least() + 1;
        counter.sent();
        Outcome<Long> outcome = ask(Operation.INCR, client -> client.incr(CheckedLoad.counterKey(index)));
        if (outcome.isAnswered()) {
            load.checkCounter(index, least, Objects.requireNonNull(outcome.answer()));
            counter.acknowledged();
        } else if (outcome.isRefused()) {
            counter.refused();
        }
    }

    private void count(int index) {
        long least = load.counters().get(index).least();
        Outcome<String> outcome = ask(Operation.GET, client -> client.get(CheckedLoad.counterKey(index)));
        if (outcome.isAnswered()) {
            String found = outcome.answer();
            load.checkCounter(index, least, found == null ? 0L : Long.valueOf(found));
        }
    }

    private void put(String key) {
        Contextual known = contextual.computeIfAbsent(key, none -> new Contextual());
        Outcome<Object> read =
                ask(Operation.KV_GET, client -> client.sendCommand(FaultyCluster.command("KV.GET"), key));
        if (!read.isAnswered()) {
            return;
        }
        List<?> parts = (List<?>) Objects.requireNonNull(read.answer());
        List<Long> shown = check(key, known, parts, "while it ran");
        String context = parts.get(0) == null ? "" : FaultyCluster.text(parts.get(0));
        long write = ++lastNumber;
        known.sent(write, shown);
        boolean troubled = load.isInTrouble();
        long sentNanos = System.nanoTime();
        Outcome<Object> written = ask(
                Operation.KV_PUT,
                client -> client.sendCommand(FaultyCluster.command("KV.PUT"), key, context, value(write)));
        troubled |= load.isInTrouble() || System.nanoTime() - sentNanos > PATIENCE_NANOS;
        if (load.passesOn() && troubled) {
            known.mayRunTwice(write);
        }
        if (written.isAnswered()) {
            known.acknowledged(write);
        } else if (written.isRefused()) {
            known.refused(write);
        }
    }

    /** What it asked for. After the end. */
    Stream<String> keys() {
        return Stream.concat(plain.keySet().stream(), contextual.keySet().stream());
    }

    /** How often a value came back that a write with its context had superseded. */
    int returned() {
        return contextual.values().stream().mapToInt(Contextual::returned).sum();
    }

    /** After the end: compares what a node says of every key with what this session knows. */
    void verify(Jedis client, String when) {
        plain.forEach((key, known) -> check(key, known, client.get(key), when));
        contextual.forEach((key, known) ->
                check(key, known, (List<?>) client.sendCommand(FaultyCluster.command("KV.GET"), key), when));
    }

    private void check(String key, Acknowledged known, @Nullable String found, String when) {
        if (found == null ? !known.allowsAbsence() : !known.allows(numberOf(key, found))) {
            load.violated(key + " at n" + nodes[place] + ' ' + when + ": found "
                    + (found == null ? "nothing" : numberOf(key, found)) + ", but " + known);
        }
    }

    private List<Long> check(String key, Contextual known, List<?> reply, String when) {
        List<Long> shown = new ArrayList<>();
        for (Object value : (List<?>) reply.get(1)) {
            shown.add(numberOf(key, FaultyCluster.text(value)));
        }
        String problem = known.problemWith(shown);
        if (problem != null) {
            load.violated(key + " at n" + nodes[place] + ' ' + when + ": " + problem);
        }
        return shown;
    }

    private String value(long write) {
        return write + ":" + number + ":" + "x".repeat((int) (write * 7 % PADDING_MAX));
    }

    private long numberOf(String key, String value) {
        long write = Long.parseLong(value.substring(0, value.indexOf(':')));
        if (!value.equals(value(write))) {
            load.violated(key + " has bytes that nobody wrote: " + value);
        }
        return write;
    }

    private <A> Outcome<A> ask(Operation operation, Function<Jedis, @Nullable A> request) {
        counts.merge(operation, 1L, Long::sum);
        goHome();
        int node = nodes[place];
        long sentNanos = System.nanoTime();
        try {
            Jedis client = connection;
            if (client == null) {
                client = load.connect(node);
                connection = client;
            }
            A answer = request.apply(client);
            if (System.nanoTime() - sentNanos > SLOW_NANOS) {
                note(node, operation, "", "", sentNanos);
            }
            return new Outcome<>("", answer);
        } catch (JedisDataException error) {
            String text = String.valueOf(error.getMessage());
            String problem = text.contains(" ") ? text.substring(0, text.indexOf(' ')) : text;
            note(node, operation, problem, text, sentNanos);
            return new Outcome<>(problem, null);
        } catch (JedisConnectionException broken) {
            note(node, operation, Incident.BROKEN, String.valueOf(broken.getMessage()), sentNanos);
            disconnect();
            place = (place + 1) % nodes.length;
            awaySinceNanos = System.nanoTime();
            return new Outcome<>(Incident.BROKEN, null);
        }
    }

    private void note(int node, Operation operation, String problem, String text, long sentNanos) {
        incidents.add(new Incident(node, operation, problem, text, sentNanos, System.nanoTime()));
    }

    private void goHome() {
        if (place != home && System.nanoTime() - awaySinceNanos > HOME_AGAIN_NANOS) {
            disconnect();
            place = home;
        }
    }

    private void disconnect() {
        Jedis open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    /** What came of a request: an answer, or the first word of an error. */
    private record Outcome<A>(String problem, @Nullable A answer) {
        boolean isAnswered() {
            return problem.isEmpty();
        }

        /** It is certain that nothing was done. */
        boolean isRefused() {
            return !isAnswered() && !problem.equals("INDOUBT") && !problem.equals(Incident.BROKEN);
        }
    }
}
