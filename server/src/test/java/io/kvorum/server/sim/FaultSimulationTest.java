package io.kvorum.server.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.ReadCallback;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.coordinator.WriteCallback;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.sim.KeyHistory.Attempt;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Coordinators, replicas and settling, all real, in three nodes that lose messages, connections and memory. Not more
 * copies of a write forget it than may: a node loses its memory only while all others are settled.
 */
final class FaultSimulationTest {
    private static final int RUNS = Integer.getInteger("kvorum.sim.runs", 60);
    private static final long FIRST_SEED = Long.getLong("kvorum.sim.seed", 1);
    private static final int STEPS = 3_000;
    private static final int KEYS = 40;
    private static final int COUNTERS = 6;
    private static final int WARM_KEYS = 4;

    @Test
    void no_acknowledged_write_is_lost_or_comes_back_and_all_copies_agree_in_the_end() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
            new Run(seed).run();
        }
    }

    private static final class Run {
        private final long seed;
        private final SplittableRandom random;
        private final SimCluster cluster;
        private final List<KeyHistory> keys = new ArrayList<>();
        private final Map<String, Context> contexts = new HashMap<>();
        private int values;
        private int answered;

        Run(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.cluster = new SimCluster(random.split());
            for (int i = 0; i < KEYS + COUNTERS; i++) {
                keys.add(new KeyHistory((i < KEYS ? "key" : "counter") + i));
            }
        }

        void run() {
            settle();
            for (int step = 0; step < STEPS; step++) {
                int what = random.nextInt(1000);
                if (what < 130) {
                    request();
                } else if (what < 134) {
                    cluster.breakOne();
                } else if (what < 140) {
                    cluster.network.healAll();
                } else if (what < 142) {
                    cluster.crashOne();
                } else if (what < 152) {
                    cluster.restartAll();
                } else {
                    cluster.step();
                }
            }
            settle();
            heal();
            check();
        }

        private void settle() {
            cluster.heal();
            for (int i = 0; i < 50_000 && !(cluster.isSettled() && cluster.network.isQuiet()); i++) {
                cluster.step();
            }
            assertThat(cluster.isSettled()).as("settled, seed %d", seed).isTrue();
            for (int i = 0; i < 3_000; i++) {
                cluster.step();
            }
        }

        /** Reads of all copies, which repair what they find; twice, since one that failed repairs nothing. */
        private void heal() {
            for (int i = 0; i < 2; i++) {
                for (KeyHistory key : keys) {
                    read(key, cluster.nodes[random.nextInt(3)], 3);
                    quiet();
                }
            }
        }

        private void quiet() {
            for (int step = 0; step < 500 && (step < 50 || !cluster.network.isQuiet()); step++) {
                cluster.step();
            }
            assertThat(cluster.network.isQuiet()).as("quiet, seed %d", seed).isTrue();
        }

        private void request() {
            boolean counter = random.nextInt(4) == 0;
            boolean warm = random.nextInt(3) > 0;
            int number = counter ? KEYS + random.nextInt(warm ? 2 : COUNTERS) : random.nextInt(warm ? WARM_KEYS : KEYS);
            KeyHistory key = keys.get(number);
            SimNode node = cluster.nodes[random.nextInt(3)];
            if (!node.up) {
                return;
            }
            int what = random.nextInt(10);
            if (what < 3) {
                read(key, node, 0);
            } else if (counter) {
                increment(key, node);
            } else if (what < 6) {
                plain(key, node);
            } else if (what < 8) {
                versioned(key, node);
            } else {
                delete(key, node);
            }
        }

        private void read(KeyHistory history, SimNode node, int r) {
            List<Attempt> before = history.acknowledged();
            node.coordinator.read(
                    cluster.key(history.name),
                    new RequestOptions(r, 0, 0, false),
                    node.coordinator.readDeadlineNanos(),
                    new ReadCallback() {
                        @Override
                        public void onRecord(byte @Nullable [] record) {
                            answered++;
                            if (record != null) {
                                contexts.put(history.name, RecordBytes.context(record));
                            }
                            assertThat(history.wrongWith(record, before))
                                    .as("a read at node %d, seed %d", node.id, seed)
                                    .isNull();
                        }

                        @Override
                        public void onFailure(Failure failure) {
                            assertThat(failure.kind())
                                    .as("%s, seed %d", failure, seed)
                                    .isIn(
                                            Failure.Kind.CLUSTERDOWN,
                                            Failure.Kind.TRYAGAIN,
                                            Failure.Kind.NOT_COORDINATOR);
                        }
                    });
        }

        private void plain(KeyHistory history, SimNode node) {
            KeyRef key = cluster.key(history.name);
            Attempt attempt = begun(history, "set");
            Mutation set = (current, scope) -> {
                attempt.superseded.addAll(KeyHistory.dotsOf(current));
                Draft draft = draft(key, current, scope, 0);
                history.made(attempt, draft.dot());
                return Versions.write(current, draft);
            };
            node.coordinator.write(
                    key, set, RequestOptions.DEFAULTS, node.coordinator.writeDeadlineNanos(), waiting(attempt, null));
        }

        private void delete(KeyHistory history, SimNode node) {
            KeyRef key = cluster.key(history.name);
            Attempt attempt = begun(history, "delete");
            Mutation delete = (current, scope) -> {
                if (current == null || !Visible.hasLive(current, node.replica.nowMillis())) {
                    return current;
                }
                attempt.superseded.addAll(KeyHistory.dotsOf(current));
                Draft draft = draft(key, current, scope, 0).tombstone();
                history.made(attempt, draft.dot());
                return Versions.write(current, draft);
            };
            node.coordinator.modify(
                    key,
                    delete,
                    RequestOptions.DEFAULTS,
                    node.coordinator.writeDeadlineNanos(),
                    waiting(attempt, null));
        }

        private void versioned(KeyHistory history, SimNode node) {
            KeyRef key = cluster.key(history.name);
            Attempt attempt = begun(history, "put");
            Context context = contexts.getOrDefault(history.name, Context.EMPTY);
            Context[] after = new Context[1];
            Mutation put = (current, scope) -> {
                // Also what this copy has not heard of, but the client has.
                for (Attempt earlier : history.attempts) {
                    Dot dot = earlier.dot;
                    if (dot != null && context.covers(dot.actor(), dot.stamp())) {
                        attempt.superseded.add(dot);
                    }
                }
                attempt.superseded.addAll(context.dots());
                Draft draft = draft(key, current, scope, context.newestStamp());
                history.made(attempt, draft.dot());
                after[0] = context.after(current, draft.dot());
                return Versions.write(current, draft, context, VersionObserver.NONE);
            };
            WriteCallback waiting = waiting(attempt, () -> contexts.put(history.name, after[0]));
            long deadline = node.coordinator.writeDeadlineNanos();
            if (context.hasDotUnknownTo(node.replica.read(key))) {
                node.coordinator.modify(key, put, RequestOptions.DEFAULTS, deadline, waiting);
            } else {
                node.coordinator.write(key, put, RequestOptions.DEFAULTS, deadline, waiting);
            }
        }

        private void increment(KeyHistory history, SimNode node) {
            KeyRef key = cluster.key(history.name);
            Attempt attempt = begun(history, "increment");
            attempt.delta = random.nextInt(1, 1_000);
            Mutation increment = (current, scope) -> {
                Amendments.Increased increased = Amendments.increment(
                        current, draft(key, current, scope, 0), attempt.delta, node.replica.nowMillis());
                attempt.applied = true;
                return increased.record();
            };
            node.coordinator.modify(
                    key,
                    increment,
                    RequestOptions.DEFAULTS,
                    node.coordinator.writeDeadlineNanos(),
                    waiting(attempt, null));
        }

        private Attempt begun(KeyHistory history, String what) {
            Attempt attempt = new Attempt(what);
            history.attempts.add(attempt);
            return attempt;
        }

        private Draft draft(KeyRef key, byte @Nullable [] current, PartitionScope scope, long newest) {
            byte[] value = ("value" + values++).getBytes(StandardCharsets.US_ASCII);
            return new Draft()
                    .key(key.bytes(), 0, key.bytes().length)
                    .value(value, 0, value.length)
                    .dot(scope.actor(), scope.nextStamp(Math.max(newest, Versions.newestStamp(current))));
        }

        /** A client keeps the context of a write, and of one that is in doubt. */
        private WriteCallback waiting(Attempt attempt, @Nullable Runnable keepContext) {
            return new WriteCallback() {
                @Override
                public void onWritten(byte @Nullable [] record) {
                    attempt.answers++;
                    attempt.acknowledged = attempt.applied;
                    keep();
                }

                @Override
                public void onFailure(Failure failure) {
                    attempt.answers++;
                    attempt.failure = failure;
                    assertThat(attempt.applied)
                            .as("%s of %s, seed %d", failure, attempt, seed)
                            .isEqualTo(failure.kind() == Failure.Kind.INDOUBT);
                    if (attempt.applied) {
                        keep();
                    }
                }

                private void keep() {
                    if (keepContext != null) {
                        keepContext.run();
                    }
                }
            };
        }

        private void check() {
            int acknowledged = 0;
            for (KeyHistory history : keys) {
                KeyRef key = cluster.key(history.name);
                byte[] record = cluster.nodes[0].replica.read(key);
                for (SimNode node : cluster.nodes) {
                    assertThat(node.replica.read(key))
                            .as("%s at node %d, seed %d", history.name, node.id, seed)
                            .isEqualTo(record);
                }
                assertThat(history.wrongWith(record, history.acknowledged()))
                        .as("seed %d", seed)
                        .isNull();
                history.attempts.forEach(attempt -> assertThat(attempt.answers)
                        .as("answers to %s, seed %d", attempt, seed)
                        .isLessThanOrEqualTo(1));
                acknowledged += history.acknowledged().size();
                if (history.name.startsWith("counter")) {
                    checkCount(history, record);
                }
            }
            assertThat(acknowledged).as("acknowledged, seed %d", seed).isGreaterThan(20);
            assertThat(answered).as("reads answered, seed %d", seed).isGreaterThan(KEYS);
        }

        /** Every acknowledged increment once; of those in doubt, any. */
        private void checkCount(KeyHistory history, byte @Nullable [] record) {
            long number = 0;
            ValueSlice shown = new ValueSlice();
            if (record != null && Visible.plain(record, cluster.nodes[0].replica.nowMillis(), shown)) {
                number = Long.parseLong(new String(shown.bytes(), StandardCharsets.US_ASCII));
            }
            Set<Long> possible = new HashSet<>(List.of(0L));
            for (Attempt attempt : history.attempts) {
                if (attempt.acknowledged) {
                    number -= attempt.delta;
                } else if (attempt.applied && possible.size() < 1 << 16) {
                    for (long sum : possible.toArray(new Long[0])) {
                        possible.add(sum + attempt.delta);
                    }
                }
            }
            assertThat(possible)
                    .as("%s less what was acknowledged, seed %d: %s", history.name, seed, Arrays.toString(record))
                    .contains(number);
        }
    }
}
