package io.kvorum.storage.version;

import io.kvorum.codec.binary.DecodeException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a record in place. A record is one byte array that nobody changes; {@code docs/record.md} has its table of
 * bytes. It is the same in memory, between nodes and on disk.
 *
 * <p>Nothing here checks anything but {@link #check}, through which every array from outside must pass first.
 */
public final class RecordBytes {
    /** Where the key begins. */
    public static final int KEY_AT = 16;

    /** Longest key. */
    public static final int KEY_BYTES_MAX = 1 << 16;

    /** How many superseded dots a record lists at most. */
    public static final int SUPERSEDED_MAX = 16;

    /** Above so many entries a vector is offered for truncation. */
    public static final int VECTOR_TRUNCATE_ABOVE = 10;

    /** Above so many entries a vector should be counted and logged. */
    public static final int VECTOR_WARN_ABOVE = 64;

    static final int FORMAT_VERSION = 1;
    static final int SUPERSEDED_COUNT_AT = 1;
    static final int SIBLING_COUNT_AT = 2;
    static final int VECTOR_COUNT_AT = 4;
    static final int KEY_LENGTH_AT = 6;
    static final int HASH_AT = 8;

    static final int ENTRY_BYTES = 16;
    static final int COUNT_MAX = 0xffff;

    static final int TOMBSTONE = 1;
    static final int BORN = 1 << 1;
    static final int EXPIRY = 1 << 2;
    static final int INCREMENTS = 1 << 3;
    static final int CLIENT_FLAGS = 1 << 4;
    static final int DROPPED = 1 << 5;
    /** The dot's stamp is that of its actor's vector entry, and is not repeated. */
    static final int NEWEST_OF_ACTOR = 1 << 6;
    /** The expiry's stamp and actor are those of the dot, and are not repeated. */
    static final int EXPIRY_OF_DOT = 1 << 7;

    static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private RecordBytes() {}

    /**
     * Verifies bytes from outside: bounds, canonical form and order, coverage of dots by the vector, and the hash.
     *
     * @throws DecodeException if anything is wrong
     */
    public static void check(byte[] record) {
        RecordCheck.check(record);
    }

    /** The record hash: equal in equal records, whether or not bytes of values were dropped. Includes the key. */
    public static long hash(byte[] record) {
        return u64(record, HASH_AT);
    }

    /** Bytes of the key, from {@link #KEY_AT} on. */
    public static int keyLength(byte[] record) {
        return u16(record, KEY_LENGTH_AT) + 1;
    }

    /** A copy of the key. */
    public static byte[] key(byte[] record) {
        return Arrays.copyOfRange(record, KEY_AT, KEY_AT + keyLength(record));
    }

    /** Whether the record is of this key. */
    public static boolean hasKey(byte[] record, byte[] key, int offset, int length) {
        return keyLength(record) == length
                && Arrays.equals(record, KEY_AT, KEY_AT + length, key, offset, offset + length);
    }

    /** Number of siblings, tombstones and expired ones included; 0 only after damage. */
    public static int siblingCount(byte[] record) {
        return u16(record, SIBLING_COUNT_AT);
    }

    /** Number of entries of the vector. */
    public static int vectorCount(byte[] record) {
        return u16(record, VECTOR_COUNT_AT);
    }

    /** Number of superseded dots that the vector does not cover. */
    public static int supersededCount(byte[] record) {
        return record[SUPERSEDED_COUNT_AT] & 0xff;
    }

    /** The record's vector. */
    public static VersionVector vector(byte[] record) {
        int at = vectorAt(record);
        long[] actors = new long[vectorCount(record)];
        long[] stamps = new long[actors.length];
        for (int i = 0; i < actors.length; i++) {
            actors[i] = u64(record, at + (i * ENTRY_BYTES));
            stamps[i] = u64(record, at + (i * ENTRY_BYTES) + 8);
        }
        return new VersionVector(actors, stamps);
    }

    /** The superseded dots, ascending. */
    public static List<Dot> superseded(byte[] record) {
        int at = supersededAt(record);
        List<Dot> dots = new ArrayList<>(supersededCount(record));
        for (int i = supersededCount(record); i > 0; i--, at += ENTRY_BYTES) {
            dots.add(new Dot(u64(record, at), u64(record, at + 8)));
        }
        return dots;
    }

    /** The context that a reader of this record is given: all it has seen. */
    public static Context context(byte[] record) {
        return new Context(vector(record), superseded(record));
    }

    /** The siblings, newest first; for the console and other cold paths. */
    public static List<Sibling> siblings(byte[] record) {
        return List.copyOf(RecordModel.of(record).siblings);
    }

    /** Whether every sibling is a tombstone, whatever has expired. */
    public static boolean isDeleted(byte[] record) {
        if (siblingCount(record) == 1) {
            return (record[siblingsAt(record)] & TOMBSTONE) != 0;
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            if (!cursor.isTombstone()) {
                return false;
            }
        }
        return true;
    }

    /** When the value of the newest sibling ends, in milliseconds since 1970; 0 if never, and of a tombstone. */
    public static long expireAtMillis(byte[] record) {
        if (siblingCount(record) == 1 && (record[siblingsAt(record)] & (TOMBSTONE | EXPIRY)) != EXPIRY) {
            return 0;
        }
        SiblingCursor newest = new SiblingCursor().of(record);
        return newest.next() && !newest.isTombstone() ? newest.expiryMillis : 0;
    }

    /** Whether the bytes of some value are not here but only their hash. */
    public static boolean lacksBytes(byte[] record) {
        int count = siblingCount(record);
        if (count == 1) {
            return (record[siblingsAt(record)] & DROPPED) != 0;
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            if (cursor.isDropped()) {
                return true;
            }
        }
        return false;
    }

    /** Whether the record has seen the event: its vector covers it or it is listed as superseded. */
    public static boolean knows(byte[] record, long actor, long stamp) {
        return vectorStamp(record, actor) >= stamp || listsSuperseded(record, actor, stamp);
    }

    static boolean listsSuperseded(byte[] record, long actor, long stamp) {
        int at = supersededAt(record);
        for (int i = supersededCount(record); i > 0; i--, at += ENTRY_BYTES) {
            if (u64(record, at) == actor && u64(record, at + 8) == stamp) {
                return true;
            }
        }
        return false;
    }

    /** The vector's stamp of an actor, or 0. */
    public static long vectorStamp(byte[] record, long actor) {
        int index = vectorIndex(record, actor);
        return index < 0 ? 0 : u64(record, vectorAt(record) + (index * ENTRY_BYTES) + 8);
    }

    /** Index of an actor in the vector, or {@code -1 - i} with the index where it would be put. */
    static int vectorIndex(byte[] record, long actor) {
        int at = vectorAt(record);
        int low = 0;
        int high = vectorCount(record) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(u64(record, at + (middle * ENTRY_BYTES)), actor);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    static int vectorAt(byte[] record) {
        return KEY_AT + keyLength(record);
    }

    static int supersededAt(byte[] record) {
        return vectorAt(record) + (vectorCount(record) * ENTRY_BYTES);
    }

    static int siblingsAt(byte[] record) {
        return supersededAt(record) + (supersededCount(record) * ENTRY_BYTES);
    }

    static int u16(byte[] array, int at) {
        return (short) U16.get(array, at) & 0xffff;
    }

    static long u64(byte[] array, int at) {
        return (long) U64.get(array, at);
    }

    static int varIntBytes(int value) {
        int bytes = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            bytes++;
        }
        return bytes;
    }

    static int putVarInt(byte[] array, int at, int value) {
        int rest = value;
        int next = at;
        while ((rest & ~0x7f) != 0) {
            array[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[next++] = (byte) rest;
        return next;
    }
}
