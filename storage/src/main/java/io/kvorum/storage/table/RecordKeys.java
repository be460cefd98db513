package io.kvorum.storage.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The three things a table must know of a record: its hash and its key. */
final class RecordKeys {
    /** Where the key begins in a record. */
    static final int OFFSET = 16;

    private static final int LENGTH_AT = 6;
    private static final int HASH_AT = 8;
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private RecordKeys() {}

    static int length(byte[] record) {
        return ((record[LENGTH_AT] & 0xff) << Byte.SIZE | (record[LENGTH_AT + 1] & 0xff)) + 1;
    }

    static long hash(byte[] record) {
        return (long) U64.get(record, HASH_AT);
    }

    static boolean equal(byte[] record, byte[] key, int offset, int length) {
        return length(record) == length && Arrays.equals(record, OFFSET, OFFSET + length, key, offset, offset + length);
    }
}
