package io.kvorum.codec.binary;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing byte array that fields are appended to; the mirror of {@link ByteReader}.
 *
 * <p>Owned by one thread. Meant to be kept and {@link #reset()} rather than made anew. Integers are big-endian, variable
 * ones unsigned LEB128 of at most 5 or 10 bytes (a negative value takes all of them).
 */
public final class ByteWriter {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Some VMs cannot make arrays of the last few lengths. */
    private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;

    private byte[] array;
    private int size;

    /** An empty writer whose array has room for {@code initialCapacity} bytes. */
    public ByteWriter(int initialCapacity) {
        array = new byte[initialCapacity];
    }

    /** The low 8 bits. */
    public ByteWriter u8(int value) {
        ensure(1);
        array[size++] = (byte) value;
        return this;
    }

    /** The low 16 bits. */
    public ByteWriter u16(int value) {
        ensure(2);
        SHORT.set(array, size, (short) value);
        size += 2;
        return this;
    }

    /** The low 32 bits. */
    public ByteWriter u32(long value) {
        ensure(4);
        INT.set(array, size, (int) value);
        size += 4;
        return this;
    }

    /** All 64 bits. */
    public ByteWriter u64(long value) {
        ensure(8);
        LONG.set(array, size, value);
        size += 8;
        return this;
    }

    /** One byte, 0 or 1. */
    public ByteWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** An unsigned 32-bit value in 1 to 5 bytes. */
    public ByteWriter varInt(int value) {
        ensure(5);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
        return this;
    }

    /** An unsigned 64-bit value in 1 to 10 bytes. */
    public ByteWriter varLong(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
        return this;
    }

    /** The length as {@link #varInt}, then the bytes. */
    public ByteWriter bytes(byte[] source) {
        return bytes(source, 0, source.length);
    }

    /** The length as {@link #varInt}, then the bytes of the slice. */
    public ByteWriter bytes(byte[] source, int offset, int length) {
        return varInt(length).raw(source, offset, length);
    }

    /** The bytes without a length. */
    public ByteWriter raw(byte[] source) {
        return raw(source, 0, source.length);
    }

    /** The bytes of the slice without a length. */
    public ByteWriter raw(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, array, size, length);
        size += length;
        return this;
    }

    /** The text as {@link #bytes} of UTF-8. */
    public ByteWriter utf8(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Overwrites the four bytes at {@code position}, for a length that is known only afterwards. */
    public ByteWriter u32At(int position, long value) {
        if (position < 0 || position > size - 4) {
            throw new IndexOutOfBoundsException("4 bytes at " + position + " of " + size);
        }
        INT.set(array, position, (int) value);
        return this;
    }

    /** How many bytes were written. */
    public int size() {
        return size;
    }

    /** The array behind; only the first {@link #size()} bytes count, and the next write may replace it. */
    public byte[] array() {
        return array;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(array, size);
    }

    /** Forgets what was written and keeps the array. */
    public ByteWriter reset() {
        size = 0;
        return this;
    }

    private void ensure(int more) {
        if (array.length - size < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long needed = (long) size + more;
        if (needed > CAPACITY_MAX) {
            throw new IllegalStateException("a message of " + needed + " bytes does not fit into an array");
        }
        long doubled = Math.max(32, 2L * array.length);
        array = Arrays.copyOf(array, (int) Math.min(CAPACITY_MAX, Math.max(needed, doubled)));
    }
}
