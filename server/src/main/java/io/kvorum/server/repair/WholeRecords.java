package io.kvorum.server.repair;

import io.kvorum.ring.Partitioner;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Brings back the values of stubs in a list of records that a peer asked for, one after the other; what gets too long is
 * cut off. Used once; calls back on the thread that storage answers on.
 */
final class WholeRecords {
    /** Who asked. One of its methods is called, once. */
    interface Sink {
        /**
         * Records with their values.
         *
         * @param next the first that was cut off, to be asked for again; null if none was
         */
        void whole(List<byte[]> records, byte @Nullable [] next);

        /** The disk does not give the values now. */
        void behind();
    }

    private final StorageEngine engine;
    private final Partitioner partitioner;
    private final int partition;
    private final long bytesMax;
    private final ToLongFunction<byte[]> group;
    private final Sink sink;
    private final List<byte[]> records;
    private long bytes;

    /**
     * A list that is to be completed.
     *
     * @param bytesMax past this the list is cut
     * @param group records of one group, which stand together, are not parted
     */
    WholeRecords(
            StorageEngine engine,
            Partitioner partitioner,
            int partition,
            List<byte[]> records,
            long bytesMax,
            ToLongFunction<byte[]> group,
            Sink sink) {
        this.engine = engine;
        this.partitioner = partitioner;
        this.partition = partition;
        this.bytesMax = bytesMax;
        this.group = group;
        this.sink = sink;
        this.records = new ArrayList<>(records);
    }

    void complete() {
        from(0);
    }

    private void from(int begin) {
        for (int i = begin; i < records.size(); i++) {
            byte[] record = records.get(i);
            if (bytes > bytesMax && group.applyAsLong(records.get(i - 1)) != group.applyAsLong(record)) {
                sink.whole(List.copyOf(records.subList(0, i)), record);
                return;
            }
            if (engine.hasStubs() && RecordBytes.lacksBytes(record)) {
                fetch(i, record);
                return;
            }
            bytes += record.length;
        }
        sink.whole(records, null);
    }

    private void fetch(int index, byte[] record) {
        long position = partitioner.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
        engine.fetch(partition, position, RecordBytes.key(record), (whole, fetched) -> {
            if (!fetched) {
                sink.behind();
            } else if (whole == null) {
                records.remove(index);
                from(index);
            } else if (RecordBytes.lacksBytes(whole) && RecordBytes.hash(whole) != RecordBytes.hash(record)) {
                // Another version came, and went to the disk, meanwhile.
                fetch(index, whole);
            } else {
                records.set(index, whole);
                bytes += whole.length;
                from(index + 1);
            }
        });
    }
}
