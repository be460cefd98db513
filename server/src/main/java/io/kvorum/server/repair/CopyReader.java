package io.kvorum.server.repair;

import io.kvorum.ring.Partitioner;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import java.util.ArrayList;
import java.util.List;

/** This node's copies by leaf and by position, which is how anti-entropy names what it compares. Safe from every thread. */
public final class CopyReader {
    private static final int RECORDS_A_LOOK = 1_024;

    private final StorageEngine engine;
    private final Partitioner partitioner;

    /** Joins the parts. */
    public CopyReader(StorageEngine engine, Partitioner partitioner) {
        this.engine = engine;
        this.partitioner = partitioner;
    }

    /** Takes one record: where it lies, and its hash. */
    public interface EntryVisitor {
        /** Called once for each record. */
        void visit(long position, long hash);
    }

    /** How many leaves of a partition with so many records can be looked through in one go. */
    public static long leavesAtOnce(int records) {
        return LeafDifference.leavesAtOnce(records);
    }

    /** Visits all records of a leaf. */
    public void visitLeaf(int partition, int leaf, EntryVisitor visitor) {
        long cursor = 0;
        while (cursor != StorageEngine.SCAN_DONE) {
            cursor = engine.scanLeaf(
                    partition,
                    leaf,
                    cursor,
                    RECORDS_A_LOOK,
                    record -> visitor.visit(positionOf(record), RecordBytes.hash(record)));
        }
    }

    /** All records at a position: one as a rule, several where keys collide, none if there is none. */
    public List<byte[]> recordsAt(int partition, long position) {
        List<byte[]> records = new ArrayList<>(1);
        // A hash of 0 is kept as 1 in tables.
        long cursor = Math.max(1, Integer.toUnsignedLong(StorageEngine.tableHash(position)));
        var unused = engine.scan(partition, cursor, 1, record -> {
            if (positionOf(record) == position) {
                records.add(record);
            }
        });
        return records;
    }

    /** The sum of the hashes of the records at a position; 0 if there is none. */
    public long hashAt(int partition, long position) {
        long sum = 0;
        for (byte[] record : recordsAt(partition, position)) {
            sum += RecordBytes.hash(record);
        }
        return sum;
    }

    /** The upper half of the position of a record's key. */
    public long positionOf(byte[] record) {
        return partitioner.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }
}
