package io.kvorum.tests.sim.cluster;

import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import org.jspecify.annotations.Nullable;

/** An engine, and a watcher that sees each change of its copies. */
final class WatchedEngine extends ForwardingEngine {
    private final Watcher watcher;
    private final int node;

    WatchedEngine(StorageEngine engine, Watcher watcher, int node) {
        super(engine);
        this.watcher = watcher;
        this.node = node;
    }

    @Override
    public long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        Seen seen = new Seen(mutation);
        long ticket = super.update(partition, positionHigh, key, offset, length, seen);
        byte[] after = seen.after;
        if (ticket >= 0 && after != null && after != seen.before) {
            watcher.changed(node, partition, seen.actor, seen.flushedUpTo, seen.before, after);
        }
        return ticket;
    }

    @Override
    public void flush(int partition, long upToStamp) {
        boolean news = upToStamp > flushedUpTo(partition);
        super.flush(partition, upToStamp);
        if (news) {
            watcher.flushed(node, partition, upToStamp);
        }
    }

    @Override
    public void settle(int partition) {
        super.settle(partition);
        watcher.settled(node, partition);
    }

    private static final class Seen implements Mutation {
        private final Mutation mutation;
        private byte @Nullable [] before;
        private byte @Nullable [] after;
        private long actor;
        private long flushedUpTo;

        Seen(Mutation mutation) {
            this.mutation = mutation;
        }

        @Override
        public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
            before = current;
            actor = scope.actor();
            flushedUpTo = scope.flushedUpTo();
            after = mutation.apply(current, scope);
            return after;
        }

        @Override
        public boolean freesMemory() {
            return mutation.freesMemory();
        }
    }
}
