package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespNumbers;
import org.jspecify.annotations.Nullable;

/**
 * The type of a field of BITFIELD: {@code i1} to {@code i64}, {@code u1} to {@code u63}.
 *
 * @param bits how many it has
 */
record BitInteger(int bits, boolean signed) {
    /** What becomes of a number that the type has not. */
    enum Overflow {
        /** Its low bits stay. */
        WRAP,
        /** The nearest number that the type has. */
        SAT,
        /** Nothing is changed. */
        FAIL
    }

    /** The type of this name; null if there is none. */
    static @Nullable BitInteger parse(byte[] array, int offset, int length) {
        boolean signed = length > 0 && array[offset] == 'i';
        if (length < 2 || (!signed && array[offset] != 'u') || !RespNumbers.isLong(array, offset + 1, length - 1)) {
            return null;
        }
        long bits = RespNumbers.parseLong(array, offset + 1, length - 1);
        return bits < 1 || bits > (signed ? 64 : 63) ? null : new BitInteger((int) bits, signed);
    }

    /** The number that stands at a position of a string of bytes. */
    long read(byte[] array, int offset, int length, long position) {
        return Bits.number(array, offset, length, position, bits, signed);
    }

    private long max() {
        return signed ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
    }

    private long min() {
        return signed ? -max() - 1 : 0;
    }

    /**
     * Whether a sum is above all numbers of the type (1), below (-1), or one of them (0). A first number that is none of
     * the type, as only SET has, comes with a delta of 0; to a type without sign, a negative one counts as very large.
     */
    int overflows(long number, long delta) {
        if ((!signed && number < 0) || number > max() || (delta > 0 && number > max() - delta)) {
            return 1;
        }
        boolean below = delta < 0 && (signed ? number < min() - delta : number + delta < 0);
        return below || number < min() ? -1 : 0;
    }

    /** The sum of two numbers in the type; {@link Overflow#FAIL} if {@link #overflows} says that there is none. */
    long sum(long number, long delta, Overflow overflow) {
        int beyond = overflows(number, delta);
        if (beyond != 0 && overflow == Overflow.SAT) {
            return beyond > 0 ? max() : min();
        }
        int unused = Long.SIZE - bits;
        long sum = number + delta;
        return signed ? sum << unused >> unused : sum << unused >>> unused;
    }
}
