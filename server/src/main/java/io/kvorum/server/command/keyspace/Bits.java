package io.kvorum.server.command.keyspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strings of bytes as strings of bits: bit 0 is the highest of the first byte, as in Redis. Positions are counted in bits
 * from the begin of a string that lies in an array from {@code offset} on.
 */
final class Bits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bits() {}

    /** The bit at a position. */
    static int get(byte[] array, int offset, long position) {
        return array[offset + (int) (position >>> 3)] >> (7 - (int) (position & 7)) & 1;
    }

    /** Sets the bit at a position. */
    static void set(byte[] array, int offset, long position, int bit) {
        int at = offset + (int) (position >>> 3);
        int mask = 0x80 >> (int) (position & 7);
        array[at] = (byte) (bit == 0 ? array[at] & ~mask : array[at] | mask);
    }

    /** How many bits are 1 between two positions, both included; {@code from <= to}. */
    static long count(byte[] array, int offset, long from, long to) {
        int at = offset + (int) (from >>> 3);
        int last = offset + (int) (to >>> 3);
        int firstMask = 0xff >> (int) (from & 7);
        int lastMask = 0xff << (7 - (int) (to & 7)) & 0xff;
        if (at == last) {
            return Integer.bitCount(array[at] & firstMask & lastMask);
        }
        long ones = Integer.bitCount(array[at++] & firstMask);
        for (; at + Long.BYTES <= last; at += Long.BYTES) {
            ones += Long.bitCount((long) LONG.get(array, at));
        }
        for (; at < last; at++) {
            ones += Integer.bitCount(array[at] & 0xff);
        }
        return ones + Integer.bitCount(array[last] & lastMask);
    }

    /** The first position between two, both included, that has a bit; -1 if none has; {@code from <= to}. */
    static long find(byte[] array, int offset, long from, long to, int bit) {
        long position = from;
        for (; position <= to && (position & 7) != 0; position++) {
            if (get(array, offset, position) == bit) {
                return position;
            }
        }
        long none = bit == 0 ? -1L : 0L;
        while (position + Long.SIZE <= to + 1 && (long) LONG.get(array, offset + (int) (position >>> 3)) == none) {
            position += Long.SIZE;
        }
        for (; position <= to; position++) {
            if (get(array, offset, position) == bit) {
                return position;
            }
        }
        return -1;
    }

    /** The number in some bits, at most 64, that begin at a position; what lies behind {@code length} bytes is 0. */
    static long number(byte[] array, int offset, int length, long position, int bits, boolean signed) {
        long number = 0;
        long end = Math.min(position + bits, 8L * length);
        for (long at = position; at < position + bits; at++) {
            number = number << 1 | (at < end ? get(array, offset, at) : 0);
        }
        int unused = Long.SIZE - bits;
        return signed ? number << unused >> unused : number;
    }

    /** Puts the low bits of a number, at most 64, at a position. */
    static void putNumber(byte[] array, int offset, long position, int bits, long number) {
        for (int i = 0; i < bits; i++) {
            set(array, offset, position + i, (int) (number >>> (bits - 1 - i) & 1));
        }
    }
}
