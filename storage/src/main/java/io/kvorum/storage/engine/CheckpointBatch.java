package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What goes to the checkpoint store together, collected copy by copy. One thread. */
final class CheckpointBatch {
    /** Large values make a batch full long before its number of records does. */
    private static final long BYTES_MAX = 16L << 20;

    private static final int LOCKED_RECORDS_MAX = 256;
    private static final Comparator<Put> BY_POSITION = (a, b) -> {
        int order = Long.compareUnsigned(a.positionHigh, b.positionHigh);
        return order != 0
                ? order
                : Arrays.compareUnsigned(
                        a.record,
                        RecordBytes.KEY_AT,
                        RecordBytes.KEY_AT + RecordBytes.keyLength(a.record),
                        b.record,
                        RecordBytes.KEY_AT,
                        RecordBytes.KEY_AT + RecordBytes.keyLength(b.record));
    };

    private final int recordsMax;
    private final List<Part> parts = new ArrayList<>();
    private @Nullable Part open;
    private int changes;
    private int puts;
    private long bytes;

    private record Put(long positionHigh, byte[] record) {}

    private record Removal(long positionHigh, byte[] key) {}

    /** What changes in one partition: first removals, then puts. */
    private static final class Part {
        final PartitionCopy copy;
        final List<Removal> removals = new ArrayList<>();
        final List<Put> puts = new ArrayList<>();
        boolean clear;

        Part(PartitionCopy copy) {
            this.copy = copy;
        }
    }

    CheckpointBatch(int recordsMax) {
        this.recordsMax = recordsMax;
    }

    boolean isFull() {
        return changes >= recordsMax || bytes >= BYTES_MAX;
    }

    int puts() {
        return puts;
    }

    /** How many more changes fit, at least 1. */
    int room() {
        return Math.max(1, recordsMax - changes);
    }

    void clear(PartitionCopy copy) {
        part(copy).clear = true;
        changes++;
    }

    void remove(PartitionCopy copy, byte[] key) {
        part(copy).removals.add(new Removal(copy.positionHigh(key, 0, key.length), key));
        changes++;
    }

    void put(PartitionCopy copy, byte[] record) {
        part(copy).puts.add(new Put(copy.positionOf(record), record));
        changes++;
        puts++;
        bytes += record.length;
    }

    /** Hands all to a batch of the store, in the store's order. */
    void writeTo(CheckpointStore.Batch out) throws IOException {
        for (Part part : parts) {
            int partition = part.copy.partition();
            if (part.clear) {
                out.clear(partition);
            }
            for (Removal removal : part.removals) {
                out.remove(partition, removal.positionHigh, removal.key);
            }
            part.puts.sort(BY_POSITION);
            for (Put put : part.puts) {
                out.put(partition, put.positionHigh, put.record);
            }
        }
    }

    /** The store has it all: what did not change since is clean. */
    void committed() {
        byte[][] records = new byte[LOCKED_RECORDS_MAX][];
        for (Part part : parts) {
            int filled = 0;
            for (Put put : part.puts) {
                records[filled++] = put.record;
                if (filled == records.length) {
                    part.copy.markClean(records, 0, filled);
                    filled = 0;
                }
            }
            part.copy.markClean(records, 0, filled);
        }
        reset();
    }

    /** Empties it. */
    void reset() {
        parts.clear();
        open = null;
        changes = 0;
        puts = 0;
        bytes = 0;
    }

    private Part part(PartitionCopy copy) {
        Part part = open;
        if (part == null || part.copy.partition() != copy.partition()) {
            part = new Part(copy);
            parts.add(part);
            open = part;
        }
        return part;
    }
}
