package io.kvorum.codec.binary;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the fields of a slice of a byte array in order; the mirror of {@link ByteWriter}.
 *
 * <p>Owned by one thread. No length is believed: it is held against the caller's limit and against the bytes that are
 * really there before anything is allocated for it. Every method that reads throws {@link DecodeException} and then
 * leaves the position where it was. Variable integers are accepted in their shortest form only, so that equal values
 * are equal bytes.
 */
public final class ByteReader {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] EMPTY = {};
    private static final String UNNAMED = "";

    private byte[] array = EMPTY;
    private int start;
    private int end;
    private int position;
    private String field = UNNAMED;

    /** Reads all of {@code array}. */
    public ByteReader(byte[] array) {
        this(array, 0, array.length);
    }

    /** Reads the slice of {@code length} bytes from {@code offset}. */
    public ByteReader(byte[] array, int offset, int length) {
        wrap(array, offset, length);
    }

    /** Turns to another slice, so that one reader can serve many messages. */
    public ByteReader wrap(byte[] source, int offset, int length) {
        if (offset < 0 || length < 0 || offset > source.length - length) {
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " of " + source.length);
        }
        array = source;
        start = offset;
        position = offset;
        end = offset + length;
        field = UNNAMED;
        return this;
    }

    /** Names the next field for the error it may cause; until then errors name the kind of the field. */
    public ByteReader field(String name) {
        field = name;
        return this;
    }

    /** One byte, 0 to 255. */
    public int u8() {
        int at = take(1, "u8");
        return array[at] & 0xFF;
    }

    /** Two bytes, 0 to 65535. */
    public int u16() {
        int at = take(2, "u16");
        return (short) SHORT.get(array, at) & 0xFFFF;
    }

    /** Four bytes, 0 to 2³² − 1. */
    public long u32() {
        int at = take(4, "u32");
        return (int) INT.get(array, at) & 0xFFFF_FFFFL;
    }

    /** Eight bytes, all 64 bits. */
    public long u64() {
        int at = take(8, "u64");
        return (long) LONG.get(array, at);
    }

    /** One byte, 0 or 1. */
    public boolean bool() {
        int at = take(1, "bool");
        byte value = array[at];
        if ((value & ~1) != 0) {
            throw refuse(at, "bool", String.valueOf(value & 0xFF), "0 or 1");
        }
        return value == 1;
    }

    /** An unsigned 32-bit value of 1 to 5 bytes; values over 2³¹ − 1 come out negative. */
    public int varInt() {
        int from = position;
        long value = unsigned("varInt", 5);
        if (value >>> 32 != 0) {
            throw refuse(from, "varInt", Long.toUnsignedString(value), "at most 4294967295");
        }
        return (int) value;
    }

    /** An unsigned value from 0 to {@code max} of 1 to 5 bytes. */
    public int varInt(int max) {
        return bounded("varInt", max);
    }

    /** An unsigned 64-bit value of 1 to 10 bytes; values over 2⁶³ − 1 come out negative. */
    public long varLong() {
        return unsigned("varLong", 10);
    }

    /**
     * The number of things that follow: at most {@code max}, and at most as many as the remaining bytes can hold at
     * {@code bytesEachMin} a piece, so that a list may be sized with it.
     */
    public int count(int max, int bytesEachMin) {
        int from = position;
        String name = nameOr("count");
        int count = bounded("count", max);
        if ((long) count * bytesEachMin > end - position) {
            int left = end - position;
            field = name;
            throw refuse(
                    from, "count", String.valueOf(count), left + " bytes that are left, " + bytesEachMin + " each");
        }
        return count;
    }

    /**
     * The length of a slice that follows, at most {@code max} and at most what remains: the bytes are then at
     * {@link #position()} of {@link #array()} and are passed with {@link #skip}.
     */
    public int length(int max) {
        return count(max, 1);
    }

    /** A copy of the bytes behind a length of at most {@code max}. */
    public byte[] bytes(int max) {
        int length = length(max);
        return raw(length);
    }

    /** A copy of the next {@code length} bytes. */
    public byte[] raw(int length) {
        int at = take(length, "bytes");
        return length == 0 ? EMPTY : Arrays.copyOfRange(array, at, at + length);
    }

    /** Well-formed UTF-8 behind a length of at most {@code maxBytes}. */
    public String utf8(int maxBytes) {
        int from = position;
        String name = nameOr("utf8");
        int length = length(maxBytes);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array, position, length))
                    .toString();
            position += length;
            return text;
        } catch (CharacterCodingException e) {
            field = name;
            throw refuse(from, "utf8", "malformed bytes", "UTF-8");
        }
    }

    /** Passes over {@code length} bytes. */
    public ByteReader skip(int length) {
        take(length, "bytes");
        return this;
    }

    /** The array being read. */
    public byte[] array() {
        return array;
    }

    /** Where the next field starts: an index into {@link #array()}. */
    public int position() {
        return position;
    }

    /** How many bytes are left. */
    public int remaining() {
        return end - position;
    }

    /** Refuses bytes behind the last field of {@code what}. */
    public void expectEnd(String what) {
        if (position != end) {
            field = UNNAMED;
            throw refuse(position, "end of " + what, (end - position) + " more bytes", "none");
        }
    }

    /** The refusal of a value that was read well but means nothing, placed at the current position. */
    public DecodeException invalid(String name, String found, String allowed) {
        return new DecodeException(position - start, name, found, allowed);
    }

    private int take(int length, String kind) {
        int at = position;
        if (length < 0 || length > end - at) {
            throw refuse(at, kind, (end - at) + " bytes", length + " bytes");
        }
        position = at + length;
        field = UNNAMED;
        return at;
    }

    private int bounded(String kind, int max) {
        int from = position;
        String name = nameOr(kind);
        long value = unsigned(kind, 5);
        if (value > max) {
            field = name;
            throw refuse(from, kind, Long.toString(value), "at most " + max);
        }
        return (int) value;
    }

    private long unsigned(String kind, int bytesMax) {
        int at = position;
        long value = 0;
        for (int read = 0; read < bytesMax; read++) {
            if (at == end) {
                throw refuse(position, kind, "an unfinished number", "a last byte below 128");
            }
            byte next = array[at++];
            value |= (next & 0x7FL) << (7 * read);
            if (next >= 0) {
                if ((next == 0 && read > 0) || (read == 9 && next > 1)) {
                    throw refuse(position, kind, (read + 1) + " bytes", "the shortest form of 64 bits");
                }
                position = at;
                field = UNNAMED;
                return value;
            }
        }
        throw refuse(position, kind, "more than " + bytesMax + " bytes", "at most " + bytesMax);
    }

    private String nameOr(String kind) {
        return field.isEmpty() ? kind : field;
    }

    private DecodeException refuse(int at, String kind, String found, String allowed) {
        DecodeException refusal = new DecodeException(at - start, nameOr(kind), found, allowed);
        field = UNNAMED;
        position = at;
        return refusal;
    }
}
