package io.kvorum.tests.sim.cluster;

import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.engine.Sweep;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** An engine, and a watcher that sees each change of its copies. */
final class WatchedEngine extends ForwardingEngine {
    private final Watcher watcher;
    private final int node;
    private final LongSupplier nowMillis;
    private final BooleanSupplier diskIsFull;

    WatchedEngine(StorageEngine engine, Watcher watcher, int node, LongSupplier nowMillis, BooleanSupplier diskIsFull) {
        super(engine);
        this.watcher = watcher;
        this.node = node;
        this.nowMillis = nowMillis;
        this.diskIsFull = diskIsFull;
    }

    @Override
    public long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        Seen seen = new Seen(mutation);
        long ticket = super.update(partition, positionHigh, key, offset, length, seen);
        byte[] after = seen.after;
        if (ticket >= 0 && after != null && after != seen.before) {
            watcher.changed(node, partition, seen.actor, seen.flushedUpTo, seen.before, after);
            if (diskIsFull.getAsBoolean()) {
                watcher.storage(node, StorageEvent.WROTE_WHILE_FULL);
            }
        }
        byte[] gone = seen.before;
        if (ticket >= 0 && after == null && gone != null) {
            watcher.reaped(node, gone, nowMillis.getAsLong());
        }
        if (ticket == REFUSED_BUSY || ticket == REFUSED_DISK) {
            watcher.storage(node, ticket == REFUSED_BUSY ? StorageEvent.BUSY : StorageEvent.REFUSED);
        }
        return ticket;
    }

    @Override
    public void drop(int partition) {
        super.drop(partition);
        watcher.dropped(node, partition);
    }

    @Override
    public void beginFlush(int partition, long upToStamp) {
        boolean news = upToStamp > flushedUpTo(partition);
        super.beginFlush(partition, upToStamp);
        told(news, partition, upToStamp);
    }

    @Override
    public void flush(int partition, long upToStamp) {
        boolean news = upToStamp > flushedUpTo(partition);
        super.flush(partition, upToStamp);
        told(news, partition, upToStamp);
    }

    private void told(boolean news, int partition, long upToStamp) {
        if (news) {
            watcher.flushed(node, partition, upToStamp);
        }
    }

    @Override
    public long sweep(int partition, long cursor, int count, Sweep sweep, RecordVisitor staying) {
        if (sweep.deadBeforeMillis() == Sweep.NOTHING) {
            return super.sweep(partition, cursor, count, sweep, staying);
        }
        List<byte[]> before = new ArrayList<>();
        scanAll(partition, before::add);
        long next = super.sweep(partition, cursor, count, sweep, staying);
        Set<ByteBuffer> left = new HashSet<>();
        scanAll(partition, record -> left.add(ByteBuffer.wrap(RecordBytes.key(record))));
        for (byte[] record : before) {
            if (!left.contains(ByteBuffer.wrap(RecordBytes.key(record)))) {
                watcher.reaped(node, record, sweep.deadBeforeMillis());
            }
        }
        return next;
    }

    private void scanAll(int partition, RecordVisitor visitor) {
        long cursor = 0;
        while (cursor != SCAN_DONE) {
            cursor = scan(partition, cursor, Integer.MAX_VALUE, visitor);
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
