package io.kvorum.server.command.keyspace;

import io.kvorum.server.command.Glob;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of this node's copies that GET would answer. For any thread; each call looks at a bounded number of records. */
final class LocalKeys {
    /** Up to so many records are looked at to count keys exactly. */
    static final int EXACT_COUNT_MAX = 16 * 1024;

    /** With so many bytes of keys a step ends, however few records it has looked at. */
    static final long STEP_BYTES_MAX = 1 << 20;

    /** What a key costs beside its bytes while it waits for the reply. */
    static final int KEY_OVERHEAD_BYTES = 24;

    private static final int STEP = 256;

    private final StorageEngine engine;

    LocalKeys(StorageEngine engine) {
        this.engine = engine;
    }

    int partitions() {
        return engine.partitions();
    }

    /**
     * Looks at some records of a partition, in the order of their table hashes.
     *
     * @param count about how many records; fewer if their keys are large
     * @return the hash to go on from, or {@link StorageEngine#SCAN_DONE}
     */
    long collect(int partition, long fromHash, int count, Collector into) {
        long bytesBefore = into.bytes;
        int visitedBefore = into.visited;
        long next = fromHash;
        do {
            int rest = count - (into.visited - visitedBefore);
            next = engine.scan(partition, next, Math.min(rest, STEP), into);
        } while (next != StorageEngine.SCAN_DONE
                && into.visited - visitedBefore < count
                && into.bytes - bytesBefore < STEP_BYTES_MAX);
        return next;
    }

    /**
     * Counts keys. In small copies each record is looked at; in larger ones expired keys count until they are swept, as
     * they do in Redis, for a count must not take longer the more there is.
     */
    long count(BitSet partitions, long nowMillis) {
        long records = 0;
        long live = 0;
        for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
            records += engine.recordCount(i);
            live += engine.liveCount(i);
        }
        return records > EXACT_COUNT_MAX ? live : exactCount(partitions, nowMillis);
    }

    private long exactCount(BitSet partitions, long nowMillis) {
        ValueSlice value = new ValueSlice();
        long[] live = new long[1];
        RecordVisitor visitor = record -> live[0] += Visible.plain(record, nowMillis, value) ? 1 : 0;
        for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
            engine.scan(i, 0, Integer.MAX_VALUE, visitor);
        }
        return live[0];
    }

    /** Takes the keys out of records. Owned by one thread. */
    static final class Collector implements RecordVisitor {
        private final @Nullable Glob glob;
        private final ValueSlice value = new ValueSlice();
        private final List<byte[]> keys = new ArrayList<>();
        private long nowMillis;
        private long bytes;
        private int visited;

        /** Takes the keys that match, or all. */
        Collector(@Nullable Glob glob) {
            this.glob = glob;
        }

        /** Sets the time by which expiry is judged. */
        Collector at(long millis) {
            nowMillis = millis;
            return this;
        }

        @Override
        public void visit(byte[] record) {
            visited++;
            if (Visible.plain(record, nowMillis, value)
                    && (glob == null || glob.matches(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record)))) {
                keep(RecordBytes.key(record));
            }
        }

        /** Takes a key that another node found. */
        void take(byte[] key) {
            visited++;
            if (glob == null || glob.matches(key, 0, key.length)) {
                keep(key);
            }
        }

        private void keep(byte[] key) {
            keys.add(key);
            bytes += key.length;
        }

        /** How many records were looked at. */
        int visited() {
            return visited;
        }

        /** Bytes of the keys taken. */
        long bytes() {
            return bytes;
        }

        /** What the keys taken cost in memory. */
        long heldBytes() {
            return bytes + (long) KEY_OVERHEAD_BYTES * keys.size();
        }

        /** The keys taken. */
        List<byte[]> keys() {
            return keys;
        }
    }
}
