package io.kvorum.tests.sim.bug;

import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.tests.sim.cluster.ForwardingEngine;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What copies may do wrong. */
final class Copies {
    private Copies() {}

    /** A node that lost its data goes on under the actors that it had. */
    static Sabotage withOldActors() {
        return new Sabotage() {
            @Override
            public RandomSource actors(RandomSource ofNode, RandomSource ofLife) {
                return ofNode;
            }
        };
    }

    /** A node that lost its data answers as if it had it. */
    static Sabotage trusted() {
        return engine(real -> new ForwardingEngine(real) {
            @Override
            public boolean isSettled(int partition) {
                return true;
            }
        });
    }

    /** A stamp is drawn before the lock is taken, and another write comes between. */
    static Sabotage withStaleStamps() {
        return engine(StaleStamps::new);
    }

    /** A deleted key is forgotten at once. */
    static Sabotage reapedAtOnce() {
        return engine(real -> new ForwardingEngine(real) {
            @Override
            public long update(
                    int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
                boolean[] deleted = new boolean[1];
                long ticket = super.update(partition, positionHigh, key, offset, length, (current, scope) -> {
                    byte[] next = mutation.apply(current, scope);
                    deleted[0] = next != null && RecordBytes.isDeleted(next);
                    return next;
                });
                if (deleted[0]) {
                    super.update(partition, positionHigh, key, offset, length, (current, scope) -> null);
                }
                return ticket;
            }
        });
    }

    /** A copy takes back what it had flushed, from whoever has it still. */
    static Sabotage takingFlushedBack() {
        return engine(real -> new ForwardingEngine(real) {
            @Override
            public long update(
                    int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
                return super.update(
                        partition,
                        positionHigh,
                        key,
                        offset,
                        length,
                        (current, scope) -> mutation.apply(current, new ForwardingScope(scope) {
                            @Override
                            public long flushedUpTo() {
                                return 0;
                            }
                        }));
            }
        });
    }

    private interface Tampering {
        StorageEngine tamper(StorageEngine real);
    }

    private static Sabotage engine(Tampering tampering) {
        return new Sabotage() {
            @Override
            public StorageEngine engine(StorageEngine real) {
                return tampering.tamper(real);
            }
        };
    }

    private static final class StaleStamps extends ForwardingEngine {
        /** By partition: drawn for the write before, and not used. */
        private final Map<Integer, Long> drawn = new HashMap<>();

        StaleStamps(StorageEngine real) {
            super(real);
        }

        @Override
        public long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
            return super.update(
                    partition,
                    positionHigh,
                    key,
                    offset,
                    length,
                    (current, scope) -> mutation.apply(current, new Stale(partition, scope)));
        }

        private final class Stale extends ForwardingScope {
            private final int partition;

            Stale(int partition, PartitionScope real) {
                super(real);
                this.partition = partition;
            }

            @Override
            public long nextStamp(long newestSeen) {
                long next = super.nextStamp(newestSeen);
                @Nullable Long before = drawn.put(partition, next);
                return before == null ? next : before;
            }
        }
    }

    private static class ForwardingScope implements PartitionScope {
        private final PartitionScope real;

        ForwardingScope(PartitionScope real) {
            this.real = real;
        }

        @Override
        public long actor() {
            return real.actor();
        }

        @Override
        public long nextStamp(long newestSeen) {
            return real.nextStamp(newestSeen);
        }

        @Override
        public long flushedUpTo() {
            return real.flushedUpTo();
        }

        @Override
        public boolean isSettled() {
            return real.isSettled();
        }
    }
}
