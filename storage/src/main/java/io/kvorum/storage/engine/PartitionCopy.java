package io.kvorum.storage.engine;

import io.kvorum.storage.table.HeapSizes;
import io.kvorum.storage.table.MerkleSums;
import io.kvorum.storage.table.PartitionTable;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of one partition: table, sums and actor, changed together under one lock, its monitor.
 *
 * <p>A lock and not a hand-over to an owner thread: a put that had to change threads twice would pay several times what
 * the merge itself costs, and two loops rarely meet in one partition of hundreds. What is read without the lock is
 * volatile or published by the table.
 */
final class PartitionCopy implements PartitionScope {
    private final int partition;
    private final PartitionTable table;
    private final MerkleSums sums;
    private final PositionFunction positions;
    private final StampClock clock;
    private final LongSupplier actors;
    private final Usage usage;

    private volatile long actor;
    private volatile long flushedUpTo;
    private volatile boolean settled;

    private int tombstones;
    private long newestStamp;
    private long recordBytes;
    private long arrayBytes;
    private boolean mutating;

    PartitionCopy(
            int partition,
            int partitions,
            PositionFunction positions,
            StampClock clock,
            LongSupplier actors,
            Usage usage) {
        this.partition = partition;
        this.table = new PartitionTable(partition);
        this.sums = new MerkleSums(partitions);
        this.positions = positions;
        this.clock = clock;
        this.actors = actors;
        this.usage = usage;
        this.actor = actors.getAsLong();
    }

    byte @Nullable [] read(int tableHash, byte[] key, int offset, int length) {
        return table.get(tableHash, key, offset, length);
    }

    /** Returns whether the change was made; if not, memory is full. */
    synchronized boolean update(long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        int hash = PartitionTable.hashOf(positionHigh);
        byte[] current = table.get(hash, key, offset, length);
        byte[] next = run(mutation, current);
        if (next == current) {
            return true;
        }
        if (next != null && !RecordBytes.hasKey(next, key, offset, length)) {
            throw new IllegalStateException("mutation in partition " + partition + " made a record of another key");
        }
        if (!mutation.freesMemory() && usage.refuses(HeapSizes.of(next) - HeapSizes.of(current))) {
            return false;
        }
        place(hash, positionHigh, current, next);
        return true;
    }

    synchronized long retireActor() {
        actor = actors.getAsLong();
        return actor;
    }

    synchronized void drop() {
        usage.changeRecords(-table.size());
        usage.changeTombstones(-tombstones);
        tombstones = 0;
        usage.changeBytes(-recordBytes);
        recordBytes = 0;
        table.clear();
        sums.clear();
        countArrays();
        settled = false;
        actor = actors.getAsLong();
    }

    synchronized void flush(long upToStamp) {
        if (upToStamp <= flushedUpTo) {
            return;
        }
        flushedUpTo = upToStamp;
        actor = actors.getAsLong();
        // The scan goes over the slots of its start, whatever the removals make of the table.
        table.scan(0, PartitionTable.HASH_END, Integer.MAX_VALUE, record -> {
            byte[] kept = Flush.without(record, upToStamp);
            if (kept != record) {
                long high = positionOf(record);
                place(PartitionTable.hashOf(high), high, record, kept);
            }
        });
    }

    synchronized long newestStamp() {
        return newestStamp;
    }

    synchronized void settle() {
        settled = true;
    }

    long scan(long cursor, int count, RecordVisitor visitor) {
        return table.scan(cursor, PartitionTable.HASH_END, count, visitor);
    }

    long scanLeaf(int leaf, long cursor, int count, RecordVisitor visitor) {
        return table.scan(Math.max(cursor, sums.hashStart(leaf)), sums.hashEnd(leaf), count, record -> {
            if (sums.leafOf(positionOf(record)) == leaf) {
                visitor.visit(record);
            }
        });
    }

    synchronized long root() {
        return sums.root();
    }

    synchronized long leaf(int leaf) {
        return sums.leaf(leaf);
    }

    synchronized long[] leaves() {
        return sums.leaves();
    }

    synchronized int recordCount() {
        return table.size();
    }

    synchronized int liveCount() {
        return table.size() - tombstones;
    }

    synchronized long usedBytes() {
        return recordBytes + arrayBytes;
    }

    @Override
    public long actor() {
        return actor;
    }

    @Override
    public long nextStamp(long newestSeen) {
        if (!mutating) {
            throw new IllegalStateException("stamp drawn outside the lock of partition " + partition);
        }
        return clock.next(Math.max(newestSeen, flushedUpTo));
    }

    @Override
    public long flushedUpTo() {
        return flushedUpTo;
    }

    @Override
    public boolean isSettled() {
        return settled;
    }

    private byte @Nullable [] run(Mutation mutation, byte @Nullable [] current) {
        if (mutating) {
            throw new IllegalStateException("mutation called the engine on its own partition " + partition);
        }
        mutating = true;
        try {
            return mutation.apply(current, this);
        } finally {
            mutating = false;
        }
    }

    /** The one place where records change: table, sums and counts in step. At least one of the two is there. */
    private void place(int hash, long positionHigh, byte @Nullable [] before, byte @Nullable [] after) {
        if (after != null) {
            table.put(hash, after);
            newestStamp = Math.max(newestStamp, Versions.newestStamp(after));
        } else {
            byte[] gone = Objects.requireNonNull(before);
            table.remove(hash, gone, RecordBytes.KEY_AT, RecordBytes.keyLength(gone));
        }
        sums.change(positionHigh, recordHash(before), recordHash(after));
        long change = HeapSizes.of(after) - HeapSizes.of(before);
        recordBytes += change;
        usage.changeBytes(change);
        usage.changeRecords((after == null ? 0 : 1) - (before == null ? 0 : 1));
        int tombstoneChange = tombstone(after) - tombstone(before);
        tombstones += tombstoneChange;
        usage.changeTombstones(tombstoneChange);
        countArrays();
    }

    private void countArrays() {
        long now = table.heapBytes() + sums.heapBytes();
        usage.changeBytes(now - arrayBytes);
        arrayBytes = now;
    }

    private long positionOf(byte[] record) {
        return positions.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    private static long recordHash(byte @Nullable [] record) {
        return record == null ? 0 : RecordBytes.hash(record);
    }

    private static int tombstone(byte @Nullable [] record) {
        return record != null && RecordBytes.isDeleted(record) ? 1 : 0;
    }
}
