package io.kvorum.tests.sim.run;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.version.Context;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.plan.Operation;
import io.kvorum.tests.sim.plan.Step;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Attempt.Kind;
import io.kvorum.tests.sim.story.Attempt.Outcome;
import io.kvorum.tests.sim.story.Flush;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.world.SimClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What clients ask: turns the requests of a plan into commands, and replies into what their clients believe then. */
final class Workload {
    private static final int[] PADDING_BYTES = {0, 0, 10, 100, 400};
    private static final long SOON_MILLIS = 1_500;
    private static final long LATE_MILLIS = 10_000_000;

    private final SimCluster cluster;
    private final Story story;
    private final Sabotage sabotage;
    private final List<KeyStory> keys;
    private final List<Client> clients = new ArrayList<>();

    Workload(
            SimCluster cluster,
            Story story,
            Sabotage sabotage,
            List<KeyStory> keys,
            int clientCount,
            RandomSource random) {
        this.cluster = cluster;
        this.story = story;
        this.sabotage = sabotage;
        this.keys = keys;
        for (int i = 0; i < clientCount; i++) {
            clients.add(new Client(i, random.split("client-" + i)));
        }
    }

    /** How many commands have no reply yet, though their connections stand. */
    int waiting() {
        return clients.stream().mapToInt(Client::waiting).sum();
    }

    /** Lets a request of the plan happen; nothing happens while no node runs. */
    void ask(Step.Request request, int step) {
        SimLife life = running(request.node());
        if (life == null) {
            return;
        }
        Client client = clients.get(request.client());
        Asked asked = request.key() < 0
                ? whole(request.operation())
                : one(client, life, keys.get(request.key()), request, step);
        if (asked != null) {
            client.send(life, request.salt(), asked);
        }
    }

    /** Reads a key from all its owners. */
    Attempt readAll(KeyStory key, int node, int step) {
        Attempt attempt = begin(key, Kind.READ, "KV.GET R all", step, 0, node).showing(Attempt.Shape.VERSIONED);
        SimLife life = running(node);
        if (life == null) {
            throw new IllegalStateException("no node runs");
        }
        int owners = cluster.owners(key.partition()).size();
        clients.get(0)
                .send(
                        life,
                        0,
                        new Asked(
                                words("KV.GET", key.name(), "R", String.valueOf(owners)),
                                reply -> told(attempt, reply)));
        return attempt;
    }

    /** Asks a node to write a key that no story tells of to all its owners. */
    Trial writeAll(String name, int node) {
        SimLife life = running(node);
        if (life == null) {
            throw new IllegalStateException("no node runs");
        }
        int owners = cluster.owners(Records.partition(cluster.ring(), name)).size();
        Trial trial = new Trial();
        clients.get(0)
                .send(
                        life,
                        0,
                        new Asked(words("KV.PUT", name, "", "value", "W", String.valueOf(owners)), trial::answered));
        return trial;
    }

    /** A write whose success alone is of interest. */
    static final class Trial {
        private boolean open = true;
        private String told = "no answer";
        private boolean done;

        boolean isOpen() {
            return open;
        }

        boolean isDone() {
            return done;
        }

        private void answered(@Nullable RespReply reply) {
            open = false;
            done = reply != null && !reply.isError();
            told = reply == null ? "the connection broke" : reply.asString();
        }

        @Override
        public String toString() {
            return told;
        }
    }

    private @Nullable SimLife running(int node) {
        for (int i = 0; i < cluster.nodes().size(); i++) {
            SimLife life = cluster.node((node + i) % cluster.nodes().size()).life();
            if (life != null) {
                return life;
            }
        }
        return null;
    }

    private @Nullable Asked one(Client client, SimLife life, KeyStory key, Step.Request request, int step) {
        int node = life.node().index();
        int who = client.number();
        Function<Kind, Attempt> begin =
                kind -> begin(key, kind, request.operation().name(), step, who, node);
        return switch (request.operation()) {
            case SET, SET_CART -> write(begin.apply(Kind.PLAIN_WRITE), request, List.of("SET"), List.of());
            case SET_NX -> write(begin.apply(Kind.CONDITIONAL_WRITE), request, List.of("SET"), List.of("NX"));
            case SET_XX -> write(begin.apply(Kind.CONDITIONAL_WRITE), request, List.of("SET"), List.of("XX"));
            case SET_GET -> write(begin.apply(Kind.PLAIN_WRITE), request, List.of("SET"), List.of("GET"));
            case GETSET -> write(begin.apply(Kind.PLAIN_WRITE), request, List.of("GETSET"), List.of());
            case APPEND -> write(begin.apply(Kind.PLAIN_WRITE), request, List.of("APPEND"), List.of());
            case SET_PX -> {
                long atMillis = soon(life, request.salt());
                yield write(
                        begin.apply(Kind.PLAIN_WRITE).endingAt(atMillis),
                        request,
                        List.of("SET"),
                        List.of("PXAT", String.valueOf(atMillis)));
            }
            case GET -> read(begin.apply(Kind.READ).showing(Attempt.Shape.PLAIN), "GET");
            case EXISTS -> read(begin.apply(Kind.READ), "EXISTS");
            case KV_GET -> versionedRead(client, begin.apply(Kind.READ).showing(Attempt.Shape.VERSIONED));
            case MSET, MGET, KV_MGET, KV_MPUT -> two(client, life, key, request, step);
            case KV_PUT, KV_PUT_BLIND, KV_PUT_QUORUM, KV_PUT_PX -> put(client, life, key, request, step);
            case KV_DEL, DEL, GETDEL -> delete(client, life, key, request, step);
            case PEXPIREAT, PEXPIREAT_LATE, PERSIST, GETEX -> expire(life, begin.apply(Kind.EXPIRE), request);
            case INCRBY -> add(begin.apply(Kind.INCREMENT), "INCRBY", 1);
            case DECRBY -> add(begin.apply(Kind.INCREMENT), "DECRBY", -1);
            case FLUSHALL, DBSIZE, KEYS -> throw new IllegalArgumentException(request + " is about no key");
        };
    }

    private Asked whole(Operation operation) {
        if (operation != Operation.FLUSHALL) {
            return new Asked(
                    operation == Operation.DBSIZE ? words("DBSIZE") : words("KEYS", "*"),
                    reply -> outcome(Kind.READ, reply));
        }
        long startNanos = cluster.time().nowNanos();
        boolean whole = cluster.isWhole();
        return new Asked(words("FLUSHALL"), reply -> {
            Outcome outcome = outcome(Kind.PLAIN_DELETE, reply);
            if (outcome == Outcome.DONE) {
                story.flushes().add(new Flush(startNanos, whole && cluster.isWhole()));
            } else if (outcome == Outcome.REFUSED) {
                story.mark(Probe.FLUSH_REFUSED);
            }
        });
    }

    private Asked write(Attempt attempt, Step.Request request, List<String> before, List<String> after) {
        List<byte[]> words = new ArrayList<>();
        before.forEach(word -> words.add(ascii(word)));
        words.add(attempt.key().bytes());
        words.add(value(attempt, request.salt()));
        after.forEach(word -> words.add(ascii(word)));
        return new Asked(words, reply -> told(attempt, reply));
    }

    private Asked read(Attempt attempt, String command) {
        return new Asked(words(command, attempt.key().name()), reply -> told(attempt, reply));
    }

    private Asked versionedRead(Client client, Attempt attempt) {
        return new Asked(words("KV.GET", attempt.key().name()), reply -> {
            told(attempt, reply);
            shown(client, attempt);
        });
    }

    private Asked put(Client client, SimLife life, KeyStory key, Step.Request request, int step) {
        Client.Held held = request.operation() == Operation.KV_PUT_BLIND ? null : client.held(key);
        Attempt attempt = versioned(client, life, key, Kind.VERSIONED_WRITE, request, step, held);
        List<byte[]> words = new ArrayList<>(words("KV.PUT", key.name()));
        words.add(context(held));
        words.add(value(attempt, request.salt()));
        if (request.operation() == Operation.KV_PUT_PX) {
            long atMillis = soon(life, request.salt());
            attempt.endingAt(atMillis);
            words.addAll(words("PXAT", String.valueOf(atMillis)));
        } else if (request.operation() == Operation.KV_PUT_QUORUM) {
            int w = request.salt() % 2 == 0 ? 1 : 3;
            attempt.quorum(w);
            words.addAll(words("W", String.valueOf(w)));
        }
        return new Asked(words, reply -> {
            told(attempt, reply);
            wrote(client, attempt);
        });
    }

    private @Nullable Asked delete(Client client, SimLife life, KeyStory key, Step.Request request, int step) {
        if (!key.mayDelete()) {
            return null;
        }
        Client.Held held = client.held(key);
        if (request.operation() == Operation.KV_DEL) {
            Attempt attempt = versioned(client, life, key, Kind.VERSIONED_DELETE, request, step, held);
            List<byte[]> words = new ArrayList<>(words("KV.DEL", key.name()));
            words.add(context(held));
            return new Asked(words, reply -> {
                told(attempt, reply);
                wrote(client, attempt);
            });
        }
        Attempt attempt = begin(
                key,
                Kind.PLAIN_DELETE,
                request.operation().name(),
                step,
                client.number(),
                life.node().index());
        return read(attempt, request.operation().name());
    }

    private Attempt versioned(
            Client client,
            SimLife life,
            KeyStory key,
            Kind kind,
            Step.Request request,
            int step,
            Client.@Nullable Held held) {
        Attempt attempt = begin(
                key,
                kind,
                request.operation().name(),
                step,
                client.number(),
                life.node().index());
        if (held != null) {
            Attempt doubted = held.doubted();
            attempt.seeing(doubted == null ? held.seen() : story.contexts().afterWrite(doubted, held.text()));
            byte[] record = Records.read(life.engine(), cluster.ring(), key);
            if (story.contexts().hasUnknownDot(key, held.text(), record)) {
                story.mark(Probe.UNKNOWN_DOT);
            }
            if (doubted != null) {
                story.mark(Probe.SUPERSEDED_OWN_DOUBT);
            }
        }
        return attempt;
    }

    private Asked expire(SimLife life, Attempt attempt, Step.Request request) {
        String name = attempt.key().name();
        boolean late = request.operation() == Operation.PEXPIREAT_LATE || request.operation() == Operation.GETEX;
        // No two late expiries of a run are the same: each names its attempt.
        long atMillis = late ? SimClock.EPOCH_MILLIS + LATE_MILLIS + attempt.number() : soon(life, request.salt());
        return switch (request.operation()) {
            case PERSIST -> new Asked(words("PERSIST", name), reply -> told(attempt, reply));
            case GETEX -> {
                attempt.endingAt(atMillis);
                yield new Asked(words("GETEX", name, "PXAT", String.valueOf(atMillis)), reply -> told(attempt, reply));
            }
            default -> {
                attempt.endingAt(atMillis);
                yield new Asked(words("PEXPIREAT", name, String.valueOf(atMillis)), reply -> told(attempt, reply));
            }
        };
    }

    private Asked add(Attempt attempt, String command, int sign) {
        // No two increments of a run add the same: each names its attempt.
        long number = attempt.number() + 1L;
        attempt.adding(sign * number);
        return new Asked(words(command, attempt.key().name(), String.valueOf(number)), reply -> told(attempt, reply));
    }

    /** Commands on two keys: each key has an attempt of its own, and its part of the reply. */
    private @Nullable Asked two(Client client, SimLife life, KeyStory key, Step.Request request, int step) {
        KeyStory second = other(key, request.salt());
        if (second == null) {
            return null;
        }
        Operation operation = request.operation();
        List<Attempt> attempts = new ArrayList<>();
        List<byte[]> words = new ArrayList<>(words(operation.name().replace('_', '.')));
        for (KeyStory each : List.of(key, second)) {
            Client.Held held = client.held(each);
            Attempt attempt;
            if (operation == Operation.KV_MPUT) {
                attempt = versioned(client, life, each, Kind.VERSIONED_WRITE, request, step, held);
            } else {
                Kind kind = operation == Operation.MSET ? Kind.PLAIN_WRITE : Kind.READ;
                attempt = begin(
                        each,
                        kind,
                        operation.name(),
                        step,
                        client.number(),
                        life.node().index());
            }
            words.add(each.bytes());
            switch (operation) {
                case MSET -> words.add(value(attempt, request.salt()));
                case KV_MPUT -> {
                    words.add(context(held));
                    words.add(value(attempt, request.salt()));
                }
                case KV_MGET -> attempt.showing(Attempt.Shape.VERSIONED);
                default -> attempt.showing(Attempt.Shape.PLAIN);
            }
            attempts.add(attempt);
        }
        return new Asked(words, reply -> {
            for (int i = 0; i < attempts.size(); i++) {
                Attempt attempt = attempts.get(i);
                told(attempt, operation == Operation.MSET ? reply : part(reply, i));
                if (operation == Operation.KV_MPUT) {
                    wrote(client, attempt);
                } else if (operation == Operation.KV_MGET) {
                    shown(client, attempt);
                }
            }
        });
    }

    /** The part of a reply that is one key's; an error is that of all. */
    private static @Nullable RespReply part(@Nullable RespReply reply, int index) {
        return reply == null || reply.isError() ? reply : reply.items().get(index);
    }

    private @Nullable KeyStory other(KeyStory key, int salt) {
        List<KeyStory> others = keys.stream()
                .filter(each -> each.family() == key.family() && !each.equals(key))
                .toList();
        return others.isEmpty() ? null : others.get(salt % others.size());
    }

    /** A read showed values: the client has a context for them now. */
    private void shown(Client client, Attempt attempt) {
        RespReply reply = attempt.reply();
        if (attempt.isDone() && reply != null && !reply.items().get(0).isNil()) {
            byte[] text = reply.items().get(0).asBytes();
            client.hold(attempt.key(), new Client.Held(text, story.contexts().covered(attempt.key(), text), null));
        }
    }

    /** A write was made, or is in doubt: the client has a context that supersedes it. */
    private void wrote(Client client, Attempt attempt) {
        RespReply reply = attempt.reply();
        if (reply == null) {
            return;
        }
        String text = reply.asString();
        int at = text.indexOf(" ctx=");
        if (attempt.isDone()) {
            byte[] record = record(attempt);
            Context wrong = record == null ? null : sabotage.contextOfWrite(record);
            byte[] given = wrong == null ? reply.asBytes() : story.contexts().encode(wrong, attempt.key());
            client.hold(attempt.key(), new Client.Held(given, story.contexts().afterWrite(attempt, given), null));
        } else if (attempt.outcome() == Outcome.IN_DOUBT && at >= 0) {
            byte[] given = ascii(text.substring(at + " ctx=".length()));
            if (given.length > 0) {
                client.hold(
                        attempt.key(), new Client.Held(given, story.contexts().afterWrite(attempt, given), attempt));
            }
        }
    }

    /** The record that some owner has of an attempt's key. */
    private byte @Nullable [] record(Attempt attempt) {
        SimLife life = running(cluster.owners(attempt.key().partition()).get(0));
        return life == null ? null : Records.read(life.engine(), cluster.ring(), attempt.key());
    }

    private Attempt begin(KeyStory key, Kind kind, String command, int step, int client, int node) {
        return story.begin(key, kind, command, step, client, node)
                .afterFlushes(
                        cluster.owners(key.partition()).stream()
                                .mapToLong(this::flushed)
                                .toArray(),
                        IntStream.range(0, cluster.nodes().size())
                                .mapToLong(this::flushed)
                                .toArray());
    }

    /** What a node has flushed and will not forget. */
    private long flushed(int node) {
        SimLife life = cluster.node(node).life();
        return life == null ? 0 : life.membership().view().ring().flushStamp();
    }

    private void told(Attempt attempt, @Nullable RespReply reply) {
        attempt.end(outcome(attempt.kind(), reply), reply, cluster.time().nowNanos());
        story.ended(attempt);
    }

    private Outcome outcome(Kind kind, @Nullable RespReply reply) {
        if (reply == null) {
            return Outcome.UNANSWERED;
        }
        if (reply.isError()) {
            if (reply.isError("INDOUBT")) {
                story.mark(Probe.IN_DOUBT);
                return Outcome.IN_DOUBT;
            }
            if (reply.isError("CLUSTERDOWN")) {
                story.mark(Probe.CLUSTER_DOWN);
            } else if (reply.isError("TRYAGAIN")) {
                story.mark(Probe.TRY_AGAIN);
            } else if (reply.isError("ERR") && reply.asString().contains("the disk") && kind != Kind.READ) {
                story.mark(Probe.DISK_REFUSAL_TOLD);
            } else if (!reply.isError("BADCONTEXT")) {
                throw new Violation("errors", null, "a client was told: " + reply.asString());
            }
            return Outcome.REFUSED;
        }
        boolean nothing = reply.isNil() || (reply.kind() == RespReply.Kind.INTEGER && reply.asLong() == 0);
        boolean mayBeNothing = kind == Kind.CONDITIONAL_WRITE || kind == Kind.PLAIN_DELETE || kind == Kind.EXPIRE;
        return nothing && mayBeNothing ? Outcome.UNCHANGED : Outcome.DONE;
    }

    private byte[] context(Client.@Nullable Held held) {
        return held == null || sabotage.ignoresContexts() ? new byte[0] : held.text();
    }

    private static byte[] value(Attempt attempt, int salt) {
        return Story.value(attempt.number(), PADDING_BYTES[salt % PADDING_BYTES.length]);
    }

    private static long soon(SimLife life, int salt) {
        return life.node().clock().wallMillis() + 1 + salt % SOON_MILLIS;
    }

    private static List<byte[]> words(String... words) {
        List<byte[]> bytes = new ArrayList<>();
        for (String word : words) {
            bytes.add(ascii(word));
        }
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
