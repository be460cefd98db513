package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.peer.message.PeerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Clients with sessions and plain ones write the same keys at random, through a network that loses messages: no acknowledged
 * value disappears unless a session that was shown that very value wrote or deleted under it, or a plain write came after it
 * had begun. Each value is written once, so that one that is shown tells which write it is of.
 */
final class SessionSafetyTest {
    private static final int RUNS = Integer.getInteger("kvorum.test.runs", 60);
    private static final int STEPS = 240;

    /** So often all requests are waited for, and it is looked at what is there: before the writers have superseded it themselves. */
    private static final int STEPS_BETWEEN_LOOKS = 12;

    private static final int NODES = 5;
    private static final int SESSIONS = 3;
    private static final int CLIENTS = 5;

    /** Keys that sessions alone write, once they have read them; the last one everybody writes as it likes. */
    private static final List<String> OF_SESSIONS = List.of("s1", "s2", "s3");

    private static final String OF_ALL = "all";

    private int siblings;
    private int superseded;
    private int inDoubt;

    @Test
    void no_acknowledged_value_disappears_but_by_who_was_shown_it_or_by_a_plain_write() {
        Long only = Long.getLong("kvorum.test.seed");
        long first = only == null ? 1 : only;
        for (long seed = first; seed < first + (only == null ? RUNS : 1); seed++) {
            new Run(seed).run();
        }
        if (only == null) {
            assertThat(siblings).as("siblings at the end").isGreaterThan(RUNS / 2);
            assertThat(superseded).as("values that sessions superseded").isGreaterThan(10 * RUNS);
            assertThat(inDoubt).as("writes in doubt").isGreaterThan(RUNS / 2);
        }
    }

    /** A write that was begun: of a value, or of none if it deletes. */
    private static final class Attempt {
        private final String key;
        private final @Nullable String value;
        private final int begin;

        /** What its client has been shown of the key, what the reply shows included. */
        private Set<String> shown;

        /** Whether it may supersede what nobody was shown. */
        private final boolean plain;

        /** Whether the old value goes into the reply, which may be lost. */
        private final boolean tellsOld;

        private int end = Integer.MAX_VALUE;
        private boolean acknowledged;
        private boolean lost;
        private boolean gone;

        Attempt(String key, @Nullable String value, int begin, Set<String> shown, boolean plain, boolean tellsOld) {
            this.key = key;
            this.value = value;
            this.begin = begin;
            this.shown = shown;
            this.plain = plain;
            this.tellsOld = tellsOld;
        }

        boolean maySupersede(Attempt other) {
            return shown.contains(other.value)
                    || (plain && end >= other.begin)
                    || (lost && tellsOld && end >= other.begin);
        }
    }

    /** One client: it sends when it has its reply. */
    private static final class Actor {
        private final TestCluster.Client client;
        private final boolean session;
        private final Map<String, Set<String>> shown = new HashMap<>();
        private final Set<String> known = new HashSet<>();
        private final List<Attempt> open = new ArrayList<>();
        private List<String> command = List.of();

        Actor(TestCluster.Client client, boolean session) {
            this.client = client;
            this.session = session;
        }

        Set<String> shown(String key) {
            return shown.computeIfAbsent(key, any -> new HashSet<>());
        }
    }

    private final class Run {
        private final long seed;
        private final SplittableRandom random;
        private final TestCluster cluster = new TestCluster(NODES, 3);
        private final List<Actor> actors = new ArrayList<>();
        private final List<Attempt> attempts = new ArrayList<>();
        private final List<String> history = new ArrayList<>();
        private int now;
        private int values;

        Run(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
        }

        void run() {
            for (int i = 0; i < CLIENTS; i++) {
                TestCluster.Client client = cluster.client(random.nextInt(NODES));
                // What a fallback keeps would have to be handed over before the end.
                client.ask("KV.QUORUM", "STRICT", "on");
                if (i < SESSIONS) {
                    client.ask("KV.SESSION", "ON");
                }
                actors.add(new Actor(client, i < SESSIONS));
            }
            for (now = 1; now <= STEPS; now++) {
                cluster.interference = losing();
                step();
                if (now % STEPS_BETWEEN_LOOKS == 0) {
                    look();
                }
            }
        }

        private Interference losing() {
            return new Interference() {
                @Override
                public Fate ofMessage(TestNode from, TestNode to, PeerMessage request) {
                    return switch (random.nextInt(60)) {
                        case 0 -> Fate.of(Way.LOST);
                        case 1 -> Fate.of(Way.SILENT);
                        case 2 -> Fate.of(Way.TAKEN_AND_LOST);
                        case 3 -> Fate.of(Way.TAKEN_AND_SILENT);
                        case 4 -> Fate.of(Way.TAKEN_LATE);
                        default -> Fate.WELL;
                    };
                }
            };
        }

        private void step() {
            Actor actor = actors.get(random.nextInt(CLIENTS));
            if (actor.command.isEmpty()) {
                begin(actor);
            }
            for (int i = random.nextInt(8); i > 0 && cluster.step(); i--) {
                takeReplies();
            }
            if (random.nextInt(10) == 0) {
                cluster.tick();
            }
            if (random.nextInt(20) == 0 && !cluster.late.isEmpty()) {
                cluster.late.poll().run();
            }
            takeReplies();
        }

        private void begin(Actor actor) {
            String key = random.nextInt(4) == 0 ? OF_ALL : OF_SESSIONS.get(random.nextInt(OF_SESSIONS.size()));
            boolean mayWrite = key.equals(OF_ALL) || (actor.session && actor.known.contains(key));
            if (!mayWrite || random.nextInt(3) == 0) {
                send(actor, reading(actor, key));
                return;
            }
            boolean plain = !actor.known.contains(key) || !actor.session;
            Set<String> shown = plain ? new HashSet<>() : actor.shown(key);
            String value = "v" + ++values;
            switch (random.nextInt(12)) {
                case 0 -> write(actor, attempt(key, value, shown, plain, true), "GETSET", key, value);
                case 1 -> write(actor, attempt(key, value, shown, plain, true), "SET", key, value, "GET");
                case 2 -> write(actor, attempt(key, value, shown, plain, false), "SET", key, value, "NX");
                case 3 -> write(actor, attempt(key, value, shown, plain, false), "SET", key, value, "XX");
                case 4 -> {
                    String old = shown.isEmpty() ? "none" : new TreeSet<>(shown).first();
                    write(actor, attempt(key, value, shown, plain, false), "SET", key, value, "IFEQ", old);
                }
                case 5 -> write(actor, attempt(key, null, shown, plain, false), "DEL", key);
                case 6 -> write(actor, attempt(key, null, shown, plain, true), "GETDEL", key);
                case 7 -> write(actor, attempt(key, value, shown, plain, false), "SETEX", key, "1000000", value);
                case 8 -> {
                    String other = "all".equals(key) ? key : OF_SESSIONS.get(random.nextInt(OF_SESSIONS.size()));
                    if (other.equals(key) || !actor.known.contains(other)) {
                        write(actor, attempt(key, value, shown, plain, false), "SET", key, value);
                        return;
                    }
                    String second = "v" + ++values;
                    actor.open.add(attempt(other, second, actor.shown(other), false, false));
                    write(actor, attempt(key, value, shown, plain, false), "MSET", key, value, other, second);
                }
                default -> write(actor, attempt(key, value, shown, plain, false), "SET", key, value);
            }
        }

        private String[] reading(Actor actor, String key) {
            return switch (random.nextInt(5)) {
                case 0 -> new String[] {"MGET", "s1", "s2", "s3"};
                case 1 -> new String[] {actor.session ? "KV.GET" : "GET", key};
                case 2 -> new String[] {"GETEX", key};
                default -> new String[] {"GET", key};
            };
        }

        private Attempt attempt(
                String key, @Nullable String value, Set<String> shown, boolean plain, boolean tellsOld) {
            return new Attempt(key, value, now, shown, plain, tellsOld);
        }

        private void write(Actor actor, Attempt attempt, String... words) {
            actor.open.add(attempt);
            send(actor, words);
        }

        private void send(Actor actor, String... words) {
            attempts.addAll(actor.open);
            actor.command = List.of(words);
            note(actor, "sends " + actor.command);
            actor.client.begin(words);
            takeReplies();
        }

        private void takeReplies() {
            for (Actor actor : actors) {
                RespReply reply = actor.command.isEmpty() ? null : actor.client.reply();
                if (reply != null) {
                    note(actor, "is told " + reply);
                    take(actor, reply);
                    actor.open.clear();
                    actor.command = List.of();
                }
            }
        }

        private void take(Actor actor, RespReply reply) {
            for (Attempt attempt : actor.open) {
                boolean lost = reply.isError("INDOUBT");
                attempt.lost = lost;
                attempt.end = lost ? Integer.MAX_VALUE : now;
                attempt.acknowledged = attempt.value != null && isAcknowledged(actor.command, reply);
                inDoubt += lost ? 1 : 0;
                if (attempt.value != null && (lost || attempt.acknowledged)) {
                    actor.shown(attempt.key).add(attempt.value);
                }
                if (attempt.acknowledged) {
                    actor.known.add(attempt.key);
                }
            }
            if (!reply.isError()) {
                takeShown(actor, reply);
            }
            actor.open.forEach(
                    attempt -> attempt.shown = attempt.plain ? Set.of() : Set.copyOf(actor.shown(attempt.key)));
        }

        private boolean isAcknowledged(List<String> command, RespReply reply) {
            // With GET the reply is the old value, and it was written: no condition goes with it here.
            boolean tells = command.get(0).equals("GETSET") || command.contains("GET");
            return !reply.isError() && (tells || !reply.isNil());
        }

        private void takeShown(Actor actor, RespReply reply) {
            String key = actor.command.get(1);
            switch (actor.command.get(0)) {
                case "GET", "GETEX", "GETSET", "GETDEL" -> show(actor, key, reply);
                case "MGET" -> {
                    for (int i = 0; i < reply.items().size(); i++) {
                        show(actor, actor.command.get(i + 1), reply.item(i));
                    }
                }
                case "KV.GET" -> {
                    actor.known.add(key);
                    reply.item(1).items().forEach(value -> show(actor, key, value));
                }
                case "SET" -> {
                    if (actor.command.contains("GET")) {
                        show(actor, key, reply);
                    }
                }
                default -> {}
            }
        }

        private void show(Actor actor, String key, RespReply value) {
            actor.known.add(key);
            if (!value.isNil()) {
                actor.shown(key).add(value.asString());
            }
        }

        private void note(Actor actor, String what) {
            history.add(now + ": client " + actors.indexOf(actor) + (actor.session ? " (session) " : " ") + what);
        }

        /** Waits for all requests, and looks whether all is there that should be. */
        private void look() {
            cluster.interference = Interference.NONE;
            for (int waits = 0; actors.stream().anyMatch(actor -> !actor.command.isEmpty()); waits++) {
                assertThat(waits).as("seed %d: a client waits for ever", seed).isLessThan(1_000);
                cluster.pass(TestCluster.STEP_MILLIS);
                takeReplies();
            }
            TestCluster.Client reader = cluster.client(0);
            for (String key : List.of("s1", "s2", "s3", OF_ALL)) {
                Set<String> there = new HashSet<>();
                reader.patiently("KV.GET", key, "R", "3", "STRICT")
                        .item(1)
                        .items()
                        .forEach(value -> there.add(value.asString()));
                siblings += Math.max(0, there.size() - 1);
                for (Attempt written : attempts) {
                    if (written.key.equals(key)
                            && written.acknowledged
                            && !written.gone
                            && !there.contains(written.value)) {
                        requireSuperseded(written);
                        written.gone = true;
                        superseded++;
                    }
                }
            }
        }

        private void requireSuperseded(Attempt written) {
            boolean allowed = attempts.stream()
                    .anyMatch(other ->
                            !other.equals(written) && other.key.equals(written.key) && other.maySupersede(written));
            assertThat(allowed)
                    .as(
                            "seed %d: %s of %s is gone, and nobody who was shown it wrote%n%s",
                            seed, written.value, written.key, String.join("\n", history))
                    .isTrue();
        }
    }
}
