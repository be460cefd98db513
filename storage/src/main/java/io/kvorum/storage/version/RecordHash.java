package io.kvorum.storage.version;

import net.openhft.hashing.LongHashFunction;

/**
 * The record hash: a chain of XXH3-64. Its links are the header, then key with vector and superseded dots, then for each
 * sibling its flags, the bytes between flags and value, and the hash of the value. So it needs neither a copy nor the
 * bytes of values that were dropped.
 */
final class RecordHash {
    private static final LongHashFunction XXH3 = LongHashFunction.xx3();
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private RecordHash() {}

    static long value(byte[] array, int offset, int length) {
        return XXH3.hashBytes(array, offset, length);
    }

    static long link(long hash, long next) {
        return XXH3.hashLong((hash * STEP) + next);
    }

    /** Everything before the siblings. The header's first 8 bytes are version, counts and key length. */
    static long head(byte[] record, int siblingsAt) {
        long body = XXH3.hashBytes(record, RecordBytes.KEY_AT, siblingsAt - RecordBytes.KEY_AT);
        return link(body, RecordBytes.u64(record, 0));
    }

    /** One more sibling, whose flags are at an index and whose value, with its length, begins at another. */
    static long sibling(long hash, byte[] record, int at, int valueLengthAt, long valueHash) {
        long flags = record[at] & 0xff & ~RecordBytes.DROPPED;
        long body = XXH3.hashBytes(record, at + 1, valueLengthAt - at - 1);
        return link(link(link(hash, flags), body), valueHash);
    }

    /** The hash that a record should have. */
    static long of(byte[] record) {
        long hash = head(record, RecordBytes.siblingsAt(record));
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            hash = sibling(hash, record, cursor.at, cursor.valueLengthAt, cursor.valueHash());
        }
        return hash;
    }
}
