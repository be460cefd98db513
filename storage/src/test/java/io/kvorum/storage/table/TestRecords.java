package io.kvorum.storage.table;

import io.kvorum.storage.version.RecordBytes;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Byte arrays that have a record's hash and key where a table looks for them, and nothing sensible behind. */
final class TestRecords {
    private TestRecords() {}

    static byte[] record(byte[] key, long hash, int payload) {
        byte[] record = new byte[RecordBytes.KEY_AT + key.length + payload];
        ByteBuffer.wrap(record)
                .putShort(6, (short) (key.length - 1))
                .putLong(8, hash)
                .put(RecordBytes.KEY_AT, key);
        return record;
    }

    static byte[] record(long key, long hash) {
        return record(key(key), hash, 0);
    }

    static byte[] key(long key) {
        return ByteBuffer.allocate(Long.BYTES).putLong(key).array();
    }

    static long keyOf(byte[] record) {
        return ByteBuffer.wrap(record).getLong(RecordBytes.KEY_AT);
    }

    static byte[] key(SplittableRandom random, int length) {
        byte[] key = new byte[length];
        random.nextBytes(key);
        return key;
    }
}
