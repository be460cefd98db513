package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How BITOP makes one value of several, of which shorter ones go on with zeros. */
enum BitOperator {
    /** Bits that are 1 in all. */
    AND,
    /** Bits that are 1 in any. */
    OR,
    /** Bits that are 1 in an odd number of them. */
    XOR,
    /** Bits that are 0 in the only one. */
    NOT,
    /** Bits that are 1 in the first and in none of the others. */
    DIFF,
    /** Bits that are 0 in the first and 1 in any of the others. */
    DIFF1,
    /** Bits that are 1 in the first and in any of the others. */
    ANDOR,
    /** Bits that are 1 in exactly one. */
    ONE;

    private static final BitOperator[] ALL = values();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final byte[] NO_BYTES = {};

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final byte[] word = name().getBytes(US_ASCII);

    /** The operator that an argument names, or null. */
    static @Nullable BitOperator of(RespRequest request, int index) {
        for (BitOperator operator : ALL) {
            if (request.matches(index, operator.word)) {
                return operator;
            }
        }
        return null;
    }

    /** Whether the first value has another part than those behind it, of which there must be one at least. */
    boolean needsTwo() {
        return this == DIFF || this == DIFF1 || this == ANDOR;
    }

    /** Values taken in, one after the other; never more than two are held. Owned by one thread. */
    final class Fold {
        private byte[] first = NO_BYTES;
        /** Of all values but the first, where that is one of its own; else of all. */
        private byte[] rest = NO_BYTES;
        /** For {@link #ONE}: bits that are 1 in more than one. */
        private byte[] twice = NO_BYTES;

        private int count;

        /** Takes in a value, which is copied. */
        void take(byte[] array, int offset, int length) {
            boolean isFirst = count++ == 0;
            if (isFirst && needsTwo()) {
                first = Arrays.copyOfRange(array, offset, offset + length);
                return;
            }
            if (rest.length < length) {
                rest = Arrays.copyOf(rest, length);
            }
            if (isFirst) {
                System.arraycopy(array, offset, rest, 0, length);
                return;
            }
            if (BitOperator.this == ONE && twice.length < rest.length) {
                twice = Arrays.copyOf(twice, rest.length);
            }
            int at = 0;
            for (; at <= length - Long.BYTES; at += Long.BYTES) {
                long before = (long) LONG.get(rest, at);
                long value = (long) LONG.get(array, offset + at);
                if (BitOperator.this == ONE) {
                    LONG.set(twice, at, (long) LONG.get(twice, at) | (before & value));
                }
                LONG.set(rest, at, joined(before, value));
            }
            for (; at < length; at++) {
                byte before = rest[at];
                byte value = array[offset + at];
                if (BitOperator.this == ONE) {
                    twice[at] |= (byte) (before & value);
                }
                rest[at] = (byte) joined(before, value);
            }
            if (BitOperator.this == AND) {
                Arrays.fill(rest, length, rest.length, (byte) 0);
            }
        }

        /** How many bytes it holds. */
        long bytes() {
            return (long) first.length + rest.length + twice.length;
        }

        /** The outcome, as long as the longest value. */
        byte[] result() {
            byte[] made = rest.length < first.length ? Arrays.copyOf(rest, first.length) : rest;
            if (BitOperator.this == AND || BitOperator.this == OR || BitOperator.this == XOR) {
                return made;
            }
            byte[] head = BitOperator.this == ONE ? twice : first;
            int at = 0;
            for (; at <= head.length - Long.BYTES; at += Long.BYTES) {
                LONG.set(made, at, ended((long) LONG.get(head, at), (long) LONG.get(made, at)));
            }
            for (; at < head.length; at++) {
                made[at] = (byte) ended(head[at], made[at]);
            }
            for (; at <= made.length - Long.BYTES; at += Long.BYTES) {
                LONG.set(made, at, ended(0, (long) LONG.get(made, at)));
            }
            for (; at < made.length; at++) {
                made[at] = (byte) ended(0, made[at]);
            }
            return made;
        }

        private long ended(long head, long others) {
            return switch (BitOperator.this) {
                case AND, OR, XOR -> others;
                case NOT -> ~others;
                case DIFF -> head & ~others;
                case DIFF1, ONE -> ~head & others;
                case ANDOR -> head & others;
            };
        }

        private long joined(long before, long value) {
            return switch (BitOperator.this) {
                case AND -> before & value;
                case XOR -> before ^ value;
                case NOT, OR, DIFF, DIFF1, ANDOR, ONE -> before | value;
            };
        }
    }
}
