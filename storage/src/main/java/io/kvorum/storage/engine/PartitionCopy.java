package io.kvorum.storage.engine;

import io.kvorum.storage.table.HeapSizes;
import io.kvorum.storage.table.MerkleSums;
import io.kvorum.storage.table.PartitionTable;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
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
    /** A stub that saves less is not worth the read that brings its values back. */
    private static final int STUB_GAIN_MIN = 32;

    private static final int EVICTION_SAMPLE = 32;

    /** Looked at for one change: a table full of what may not go must not hold its loop. */
    private static final int EVICTION_SLOTS_MAX = 2048;

    private static final int FLUSH_SCAN = 256;

    private final int partition;
    private final PartitionTable table;
    private final MerkleSums sums;
    private final PositionFunction positions;
    private final StampClock clock;
    private final LongSupplier actors;
    private final Usage usage;
    private final ChangeLog log;
    private final TableKind kind;
    private final Pressure pressure;
    private final boolean evicts;
    private final Removals removals = new Removals();

    private volatile long actor;
    private volatile long flushedUpTo;
    private volatile boolean settled;

    /** Up to here nothing is left; behind {@link #flushedUpTo} while a flush is on its way. */
    private volatile long flushed;

    private int tombstones;
    private long newestStamp;
    private long recordBytes;
    private long arrayBytes;
    private long evictionHand;
    private boolean mutating;

    PartitionCopy(
            int partition,
            int partitions,
            PositionFunction positions,
            StampClock clock,
            LongSupplier actors,
            Usage usage,
            ChangeLog log,
            TableKind kind,
            Pressure pressure) {
        this.partition = partition;
        this.table = new PartitionTable(partition, kind);
        this.log = log;
        this.kind = kind;
        this.pressure = pressure;
        this.evicts = kind == TableKind.CACHED;
        this.sums = new MerkleSums(partitions);
        this.positions = positions;
        this.clock = clock;
        this.actors = actors;
        this.usage = usage;
        this.actor = actors.getAsLong();
    }

    byte @Nullable [] read(int tableHash, byte[] key, int offset, int length) {
        byte[] record = table.get(tableHash, key, offset, length);
        return record != null && flushed < flushedUpTo ? Flush.without(record, flushedUpTo) : record;
    }

    /** Returns a ticket or a refusal, as {@link StorageEngine#update} says. */
    synchronized long update(long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        int hash = PartitionTable.hashOf(positionHigh);
        byte[] current = table.get(hash, key, offset, length);
        if (current != null && flushed < flushedUpTo) {
            // A flush is on its way: what it has not come to is gone all the same.
            current = flush(positionHigh, current);
        }
        boolean cold = current != null && RecordBytes.lacksBytes(current) && table.isCold(hash, current);
        if (cold && mutation.needsValues()) {
            return StorageEngine.REFUSED_COLD;
        }
        byte[] next = run(mutation, current);
        if (next == current) {
            return log.ticket();
        }
        if (next != null && !RecordBytes.hasKey(next, key, offset, length)) {
            throw new IllegalStateException("mutation in partition " + partition + " made a record of another key");
        }
        long grows = HeapSizes.of(next) - HeapSizes.of(current);
        if (evicts) {
            makeRoom(grows, next);
        }
        if (!mutation.freesMemory() && usage.refuses(grows)) {
            return pressure.refusal();
        }
        if (cold && next != null && RecordBytes.lacksBytes(next)) {
            // Its values would be nowhere once it is checkpointed in the stub's place.
            return StorageEngine.REFUSED_COLD;
        }
        long ticket =
                next == null ? log.removal(partition, Objects.requireNonNull(current)) : log.record(partition, next);
        if (ticket >= 0) {
            place(hash, positionHigh, current, next);
            pressure.grown();
        }
        return ticket;
    }

    synchronized long retireActor() {
        actor = actors.getAsLong();
        return actor;
    }

    /** Returns whether it could be noted; if not, nothing changed. */
    synchronized boolean drop() {
        if (log.drop(partition) < 0) {
            return false;
        }
        forgetAll();
        return true;
    }

    private void forgetAll() {
        clear();
        settled = false;
        actor = actors.getAsLong();
    }

    private void clear() {
        if (kind.tracksDirty()) {
            removals.all();
        }
        usage.changeRecords(-table.size());
        usage.changeTombstones(-tombstones);
        usage.changeDirty(-table.dirtyCount());
        tombstones = 0;
        usage.changeBytes(-recordBytes);
        recordBytes = 0;
        table.clear();
        sums.clear();
        countArrays();
    }

    /** From now on nothing up to the stamp is shown, and an update meets nothing of it. */
    synchronized void beginFlush(long upToStamp) {
        if (upToStamp > flushedUpTo) {
            flushedUpTo = upToStamp;
            actor = actors.getAsLong();
        }
    }

    /** Where all goes it goes at once, else each record under a lock of its own: nobody waits for all of them. */
    void flush(long upToStamp) {
        if (!clearFlushed(upToStamp)) {
            return;
        }
        List<byte[]> over = new ArrayList<>();
        for (long cursor = 0; cursor != PartitionTable.SCAN_DONE; ) {
            cursor = table.scan(cursor, PartitionTable.HASH_END, FLUSH_SCAN, record -> {
                if (Flush.without(record, upToStamp) != record) {
                    over.add(record);
                }
            });
            over.forEach(this::flush);
            over.clear();
        }
        endFlush(upToStamp);
    }

    /** Returns whether records are to be looked at one by one. */
    private synchronized boolean clearFlushed(long upToStamp) {
        if (upToStamp <= flushed) {
            return false;
        }
        beginFlush(upToStamp);
        if (newestStamp > upToStamp) {
            return true;
        }
        clear();
        endFlush(upToStamp);
        return false;
    }

    private synchronized void endFlush(long upToStamp) {
        flushed = Math.max(flushed, upToStamp);
    }

    private void flush(byte[] record) {
        long high = positionOf(record);
        synchronized (this) {
            byte[] there = get(PartitionTable.hashOf(high), record);
            if (there != null) {
                flush(high, there);
            }
        }
    }

    private byte @Nullable [] flush(long positionHigh, byte[] record) {
        byte[] kept = Flush.without(record, flushedUpTo);
        if (kept != record) {
            place(PartitionTable.hashOf(positionHigh), positionHigh, record, kept);
        }
        return kept;
    }

    synchronized long newestStamp() {
        return newestStamp;
    }

    synchronized void settle() {
        if (!settled) {
            settled = true;
            // If it cannot be noted, the copy will have to settle once more after a crash: no harm.
            log.settled(partition);
        }
    }

    /** The copy may have forgotten events: it goes on unsettled, under a new actor, with what it has. */
    synchronized void distrust() {
        settled = false;
        actor = actors.getAsLong();
    }

    /** What is to be remembered beside the records. */
    synchronized CopyState state() {
        return new CopyState(actor, settled, flushed);
    }

    /** Goes on as a life before did. */
    synchronized void restore(CopyState state) {
        actor = state.actor();
        settled = state.settled();
        flushedUpTo = state.flushedUpTo();
        flushed = flushedUpTo;
    }

    /** Takes a record as the checkpoint has it; without its values if there is no room for them. */
    synchronized void load(byte[] record) {
        long high = positionOf(record);
        int hash = PartitionTable.hashOf(high);
        place(hash, high, null, record, false);
        if (kind.tracksHeat() && usage.isShort()) {
            chill(hash, record);
        }
    }

    /**
     * Where memory is short, lets records of this copy go that are read least, until there is room for what comes. What was
     * deleted stays: who forgets that a key was deleted brings it back. A copy with nothing to give waits for the others.
     *
     * @param coming is not to go for itself
     */
    private void makeRoom(long grows, byte @Nullable [] coming) {
        long wanted = 2 * grows;
        for (int looked = 0;
                grows > 0 && wanted > 0 && looked < EVICTION_SLOTS_MAX && usage.isVeryShort();
                looked += EVICTION_SAMPLE) {
            List<byte[]> victims = new ArrayList<>();
            evictionHand = table.cool(evictionHand, EVICTION_SAMPLE, victims::add);
            if (evictionHand == PartitionTable.SCAN_DONE) {
                evictionHand = 0;
            }
            for (byte[] victim : victims) {
                if (wanted > 0 && mayGo(victim, coming)) {
                    long high = positionOf(victim);
                    place(PartitionTable.hashOf(high), high, victim, null);
                    wanted -= HeapSizes.of(victim);
                    usage.evicted();
                }
            }
        }
    }

    private static boolean mayGo(byte[] victim, byte @Nullable [] coming) {
        boolean isComing =
                coming != null && RecordBytes.hasKey(coming, victim, RecordBytes.KEY_AT, RecordBytes.keyLength(victim));
        return !isComing && !RecordBytes.isDeleted(victim);
    }

    /**
     * Looks at slots from a table hash on and takes the values of records that are not read, and that the checkpoint has.
     *
     * @return where to go on, or {@link PartitionTable#SCAN_DONE}
     */
    synchronized long cool(long fromHash, int count) {
        return table.cool(fromHash, count, record -> chill(PartitionTable.hashOf(positionOf(record)), record));
    }

    /** Leaves a stub of a record, if that is worth it. Those with several siblings are few, and stay whole. */
    private void chill(int hash, byte[] record) {
        if (RecordBytes.siblingCount(record) != 1 || RecordBytes.lacksBytes(record)) {
            return;
        }
        byte[] stub = Versions.withoutValues(record);
        if (HeapSizes.of(record) - HeapSizes.of(stub) >= STUB_GAIN_MIN) {
            exchange(hash, record, stub, true);
        }
    }

    /** Takes away what is over, as {@link StorageEngine#sweep} says. */
    long sweep(long cursor, int count, Sweep sweep, RecordVisitor staying) {
        List<byte[]> over = new ArrayList<>();
        long next = table.scan(cursor, PartitionTable.HASH_END, count, record -> {
            if (isOver(record, sweep)) {
                over.add(record);
            } else {
                staying.visit(record);
            }
        });
        over.forEach(record -> sweep(record, sweep));
        return next;
    }

    private static boolean isOver(byte[] record, Sweep sweep) {
        if (Visible.isSurelyLive(record, sweep.expiredBeforeMillis())) {
            return false;
        }
        long since = Visible.deadSinceMillis(record, sweep.expiredBeforeMillis());
        if (since == Visible.LIVE) {
            // One of several siblings may be expired.
            return Versions.withoutExpiredValues(record, sweep.expiredBeforeMillis()) != record;
        }
        return since < sweep.deadBeforeMillis() || !RecordBytes.isDeleted(record);
    }

    @SuppressWarnings("ReferenceEquality") // another record came in its place
    private synchronized void sweep(byte[] record, Sweep sweep) {
        long high = positionOf(record);
        int hash = PartitionTable.hashOf(high);
        if (get(hash, record) != record) {
            return;
        }
        if (Visible.isDeadBefore(record, sweep.deadBeforeMillis())) {
            if (log.removal(partition, record) >= 0) {
                place(hash, high, record, null);
            }
            return;
        }
        byte[] left = Versions.withoutExpiredValues(record, sweep.expiredBeforeMillis());
        if (left != record || table.isCold(hash, record)) {
            // Not in the journal: should it come back with that, it is over still. The checkpoint gets it without the
            // bytes.
            place(hash, high, record, left);
        }
    }

    /** Whether this very record is a stub whose values the checkpoint has. */
    synchronized boolean isCold(int hash, byte[] record) {
        return table.isCold(hash, record);
    }

    /** Puts a record that was fetched from the checkpoint in place of its stub, if that is still there and it fits. */
    synchronized void warm(byte[] record) {
        int hash = PartitionTable.hashOf(positionOf(record));
        byte[] there = get(hash, record);
        if (there != null && RecordBytes.hash(there) == RecordBytes.hash(record) && table.isCold(hash, there)) {
            if (usage.hasRoom(HeapSizes.of(record) - HeapSizes.of(there))) {
                exchange(hash, there, record, false);
            }
            pressure.grown();
        }
    }

    private void exchange(int hash, byte[] record, byte[] other, boolean isCold) {
        table.exchange(hash, record, other, isCold);
        long change = HeapSizes.of(other) - HeapSizes.of(record);
        recordBytes += change;
        usage.changeBytes(change);
    }

    /** Makes once more a change that was noted. */
    synchronized void replay(byte[] record) {
        byte[] kept = flushedUpTo == 0 ? record : Flush.without(record, flushedUpTo);
        long high = positionOf(record);
        int hash = PartitionTable.hashOf(high);
        byte[] before = get(hash, record);
        if (before != null || kept != null) {
            place(hash, high, before, kept, true);
        }
    }

    /** Adds what the checkpoint has of a record, and the copy has not: changes between the two may be missing. */
    synchronized void mergeStored(byte[] stored) {
        long high = positionOf(stored);
        int hash = PartitionTable.hashOf(high);
        byte[] there = get(hash, stored);
        byte[] kept = Flush.without(stored, flushedUpTo);
        if (kept == null || recordHash(there) == RecordBytes.hash(kept)) {
            return;
        }
        byte[] merged = there == null ? kept : Merge.merge(there, kept, VersionObserver.NONE);
        if (merged != there) {
            place(hash, high, there, merged);
        }
    }

    /** Makes once more a removal that was noted. */
    synchronized void replayRemoval(byte[] key) {
        long high = positions.high(key, 0, key.length);
        int hash = PartitionTable.hashOf(high);
        byte[] there = table.get(hash, key, 0, key.length);
        if (there != null) {
            place(hash, high, there, null, true);
        }
    }

    /** Makes once more a drop that was noted. */
    synchronized void replayDrop() {
        forgetAll();
    }

    /** Makes once more a settling that was noted. */
    synchronized void replaySettled() {
        settled = true;
    }

    /** Visits records newer than their checkpoint, as {@link PartitionTable#scanDirty}. */
    synchronized long scanDirty(long fromHash, int count, BooleanSupplier enough, RecordVisitor visitor) {
        return table.scanDirty(fromHash, count, enough, visitor);
    }

    /** The checkpoint has these very records. */
    synchronized void markClean(byte[][] records, int from, int to) {
        int before = table.dirtyCount();
        for (int i = from; i < to; i++) {
            table.markClean(PartitionTable.hashOf(positionOf(records[i])), records[i]);
        }
        usage.changeDirty(table.dirtyCount() - before);
    }

    /** What the checkpoint may still have and the copy has not; never anything if no change is tracked. */
    Removals removals() {
        return removals;
    }

    /** Whether the copy has a record of this key. */
    boolean has(byte[] key) {
        return table.get(PartitionTable.hashOf(positions.high(key, 0, key.length)), key, 0, key.length) != null;
    }

    int partition() {
        return partition;
    }

    long positionHigh(byte[] key, int offset, int length) {
        return positions.high(key, offset, length);
    }

    private byte @Nullable [] get(int hash, byte[] record) {
        return table.get(hash, record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    long scan(long cursor, int count, RecordVisitor visitor) {
        return table.scan(cursor, PartitionTable.HASH_END, count, shown(visitor));
    }

    /** Shows the visitor what a flush that is on its way will leave. */
    private RecordVisitor shown(RecordVisitor visitor) {
        if (flushed == flushedUpTo) {
            return visitor;
        }
        return record -> {
            byte[] left = Flush.without(record, flushedUpTo);
            if (left != null) {
                visitor.visit(left);
            }
        };
    }

    long scanLeaf(int leaf, long cursor, int count, RecordVisitor wanted) {
        RecordVisitor visitor = shown(wanted);
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
        place(hash, positionHigh, before, after, true);
    }

    private void place(
            int hash, long positionHigh, byte @Nullable [] before, byte @Nullable [] after, boolean isChange) {
        int dirtyBefore = table.dirtyCount();
        if (after != null) {
            if (isChange) {
                table.put(hash, after);
            } else {
                table.load(hash, after);
            }
            newestStamp = Math.max(newestStamp, Versions.newestStamp(after));
        } else {
            byte[] gone = Objects.requireNonNull(before);
            table.remove(hash, gone, RecordBytes.KEY_AT, RecordBytes.keyLength(gone));
            if (kind.tracksDirty()) {
                removals.add(RecordBytes.key(gone));
            }
        }
        usage.changeDirty(table.dirtyCount() - dirtyBefore);
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

    /** Upper half of the position of a record's key. */
    long positionOf(byte[] record) {
        return positions.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    private static long recordHash(byte @Nullable [] record) {
        return record == null ? 0 : RecordBytes.hash(record);
    }

    private static int tombstone(byte @Nullable [] record) {
        return record != null && RecordBytes.isDeleted(record) ? 1 : 0;
    }
}
