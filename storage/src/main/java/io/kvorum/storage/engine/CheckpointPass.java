package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One walk over all copies, which finds what the checkpoint store lacks. Of each copy first the removals, so that a key
 * that went and came back is put after it was removed, then the records that are newer than their checkpoint.
 */
final class CheckpointPass {
    private static final int LOCKED_RECORDS_MAX = 256;
    private static final int SWEPT_RECORDS = 4096;

    private final PartitionCopy[] copies;
    private final CheckpointStore store;
    private final CopiesMeta meta;

    /** Whose removals the store has once the batch under way is committed. */
    private final List<PartitionCopy> takenFrom = new ArrayList<>();

    private final long beganNanos;
    private int partition;
    private boolean removalsTaken;
    private boolean sweeping;
    private long sweepFrom;
    private long cursor;
    private long records;
    private long busyNanos;
    private long toldNanos;

    /**
     * Begins one. The states of the copies are taken now, and what they say is in the store when the pass is complete.
     *
     * @param position of the journal at this moment or before: every change before it was made in its copy
     */
    CheckpointPass(PartitionCopy[] copies, CheckpointStore store, long position, long records, long nowNanos) {
        this.copies = copies;
        this.store = store;
        this.beganNanos = nowNanos;
        List<CopyState> states = new ArrayList<>(copies.length);
        for (PartitionCopy copy : copies) {
            states.add(copy.state());
        }
        this.meta = new CopiesMeta(position, records, List.copyOf(states));
    }

    CopiesMeta meta() {
        return meta;
    }

    long beganNanos() {
        return beganNanos;
    }

    long records() {
        return records;
    }

    long busyNanos() {
        return busyNanos;
    }

    /** How long was worked for it since this was asked last. */
    long untoldNanos() {
        long untold = busyNanos - toldNanos;
        toldNanos = busyNanos;
        return untold;
    }

    void worked(long nanos) {
        busyNanos += nanos;
    }

    /** Whether everything was collected. */
    boolean isComplete() {
        return partition == copies.length;
    }

    /** Goes on until the batch is full or nothing is left. */
    void collect(CheckpointBatch batch) throws IOException {
        while (!isComplete() && !batch.isFull()) {
            PartitionCopy copy = copies[partition];
            if (!removalsTaken) {
                takeRemovals(copy, batch);
            } else if (sweeping) {
                sweep(copy, batch);
            } else {
                cursor = copy.scanDirty(
                        cursor,
                        Math.min(batch.room(), LOCKED_RECORDS_MAX),
                        batch::isFull,
                        record -> batch.put(copy, record));
                if (cursor == StorageEngine.SCAN_DONE) {
                    next();
                }
            }
        }
    }

    /** The store has what was collected so far. */
    void committed(int puts) {
        records += puts;
        for (PartitionCopy copy : takenFrom) {
            copy.removals().done();
        }
        takenFrom.clear();
    }

    private void takeRemovals(PartitionCopy copy, CheckpointBatch batch) {
        removalsTaken = true;
        Removals.Taken removals = copy.removals().take();
        if (removals.isEmpty()) {
            return;
        }
        if (removals.all() && copy.recordCount() > 0) {
            sweeping = true;
            sweepFrom = 0;
            return;
        }
        takenFrom.add(copy);
        if (removals.all()) {
            batch.clear(copy);
        } else {
            removeAbsent(copy, removals.keys(), batch);
        }
    }

    /** Compares a part of what the store has with the copy. */
    private void sweep(PartitionCopy copy, CheckpointBatch batch) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        CheckpointStore.Scan scan =
                store.scan(partition, sweepFrom, SWEPT_RECORDS, record -> keys.add(RecordBytes.key(record)));
        removeAbsent(copy, keys, batch);
        sweepFrom = scan.nextPositionHigh();
        if (scan.done()) {
            takenFrom.add(copy);
            sweeping = false;
        }
    }

    private static void removeAbsent(PartitionCopy copy, List<byte[]> keys, CheckpointBatch batch) {
        for (byte[] key : keys) {
            if (!copy.has(key)) {
                batch.remove(copy, key);
            }
        }
    }

    private void next() {
        partition++;
        cursor = 0;
        removalsTaken = false;
    }
}
