package io.kvorum.storage.checkpoint;

import io.kvorum.storage.version.RecordBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.ByteIterator;
import jetbrains.exodus.env.Transaction;
import jetbrains.exodus.log.BlockByteIterator;

/**
 * Keys and values of the trees: of the format on disk, big endian.
 *
 * <pre>
 * records  u16 partition, u64 upper half of the position, key → the record without its key, which stands at
 *          {@link RecordBytes#KEY_AT}; or u8 0, u32 length of the record, which is in parts
 * parts    the same key, u32 index → bytes of a record without its key, {@link #PART_BYTES} in all parts but the last
 * meta     name in UTF-8 → bytes
 * </pre>
 *
 * <p>A record without its key is longer than five bytes.
 */
final class Entries {
    /** Longest value in the trees of records and parts. */
    static final int PART_BYTES = 128 << 10;

    /** Longest name. */
    static final int NAME_BYTES_MAX = 1024;

    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final int POSITION_AT = 2;
    private static final int KEY_AT = POSITION_AT + 8;
    private static final int IN_PARTS_BYTES = 5;

    private Entries() {}

    static byte[] key(int partition, long positionHigh, byte[] key, int offset, int length) {
        byte[] bytes = new byte[KEY_AT + length];
        U16.set(bytes, 0, (short) partition);
        U64.set(bytes, POSITION_AT, positionHigh);
        System.arraycopy(key, offset, bytes, KEY_AT, length);
        return bytes;
    }

    static byte[] keyOf(int partition, long positionHigh, byte[] record) {
        return key(partition, positionHigh, record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    /** What all keys of a partition begin with. */
    static byte[] partitionPrefix(int partition) {
        byte[] bytes = new byte[POSITION_AT];
        U16.set(bytes, 0, (short) partition);
        return bytes;
    }

    static int partition(byte[] key) {
        return (short) U16.get(key, 0) & 0xffff;
    }

    static long positionHigh(byte[] key) {
        return (long) U64.get(key, POSITION_AT);
    }

    static ByteIterable name(String name) {
        return new ArrayByteIterable(name.getBytes(StandardCharsets.UTF_8));
    }

    static ArrayByteIterable partKey(byte[] key, int index) {
        byte[] bytes = Arrays.copyOf(key, key.length + 4);
        U32.set(bytes, key.length, index);
        return new ArrayByteIterable(bytes);
    }

    /** How many parts a record is in; 0 if it needs none. */
    static int partCount(byte[] record) {
        int length = record.length - RecordBytes.keyLength(record);
        return length <= PART_BYTES ? 0 : (length + PART_BYTES - 1) / PART_BYTES;
    }

    static ArrayByteIterable value(byte[] record) {
        return withoutKey(record, 0, record.length - RecordBytes.keyLength(record));
    }

    static ArrayByteIterable valueInParts(byte[] record) {
        byte[] bytes = new byte[IN_PARTS_BYTES];
        U32.set(bytes, 1, record.length);
        return new ArrayByteIterable(bytes);
    }

    static ArrayByteIterable part(byte[] record, int index) {
        int from = index * PART_BYTES;
        return withoutKey(record, from, Math.min(PART_BYTES, record.length - RecordBytes.keyLength(record) - from));
    }

    /** Puts a record together from its entry, and its parts if it is in parts. */
    static byte[] record(XodusSession now, Transaction transaction, byte[] key, ByteIterable value) {
        int keyLength = key.length - KEY_AT;
        int length = value.getLength();
        if (length == IN_PARTS_BYTES) {
            return recordInParts(now, transaction, key, value);
        }
        byte[] record = new byte[keyLength + length];
        ByteIterator bytes = value.iterator();
        next(bytes, record, 0, RecordBytes.KEY_AT);
        System.arraycopy(key, KEY_AT, record, RecordBytes.KEY_AT, keyLength);
        next(bytes, record, RecordBytes.KEY_AT + keyLength, length - RecordBytes.KEY_AT);
        return record;
    }

    static byte[] bytes(ByteIterable iterable) {
        byte[] bytes = new byte[iterable.getLength()];
        next(iterable.iterator(), bytes, 0, bytes.length);
        return bytes;
    }

    private static byte[] recordInParts(XodusSession now, Transaction transaction, byte[] key, ByteIterable value) {
        byte[] record = new byte[(int) U32.get(bytes(value), 1)];
        int keyLength = key.length - KEY_AT;
        System.arraycopy(key, KEY_AT, record, RecordBytes.KEY_AT, keyLength);
        int length = record.length - keyLength;
        for (int from = 0; from < length; from += PART_BYTES) {
            ByteIterable part = now.parts().get(transaction, partKey(key, from / PART_BYTES));
            int partLength = Math.min(PART_BYTES, length - from);
            if (part == null || part.getLength() != partLength) {
                throw new IllegalStateException("part " + from / PART_BYTES + " of a record is missing");
            }
            ByteIterator bytes = part.iterator();
            int before = from == 0 ? RecordBytes.KEY_AT : 0;
            next(bytes, record, 0, before);
            next(bytes, record, from + before + keyLength, partLength - before);
        }
        return record;
    }

    /** Bytes of a record as if it had no key. */
    private static ArrayByteIterable withoutKey(byte[] record, int from, int length) {
        byte[] bytes = new byte[length];
        int before = Math.max(0, Math.min(RecordBytes.KEY_AT - from, length));
        System.arraycopy(record, from, bytes, 0, before);
        System.arraycopy(record, from + before + RecordBytes.keyLength(record), bytes, before, length - before);
        return new ArrayByteIterable(bytes);
    }

    private static void next(ByteIterator from, byte[] into, int offset, int length) {
        if (from instanceof BlockByteIterator blocks) {
            int at = offset;
            while (at < offset + length) {
                at += blocks.nextBytes(into, at, offset + length - at);
            }
        } else {
            for (int at = offset; at < offset + length; at++) {
                into[at] = from.next();
            }
        }
    }
}
