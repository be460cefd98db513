package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.CommandErrors;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a string BITCOUNT and BITPOS look at: from one byte or bit to another, both included, from the end if
 * negative.
 */
record BitRange(long from, long to, boolean ofBits) {
    private static final byte[] BYTE = "BYTE".getBytes(US_ASCII);
    private static final byte[] BIT = "BIT".getBytes(US_ASCII);

    /** All of it. */
    static final BitRange ALL = new BitRange(0, -1, false);

    /**
     * What is wrong with the arguments from {@code first} on, which are at most three; null if nothing is.
     *
     * @param unitFirst whether a wrong unit is told before a wrong end, as by BITPOS
     */
    static @Nullable String problem(RespRequest request, int first, boolean unitFirst) {
        if (!isIndex(request, first)) {
            return CommandErrors.NOT_AN_INTEGER;
        }
        boolean isUnit = request.argumentCount() <= first + 2
                || request.matches(first + 2, BYTE)
                || request.matches(first + 2, BIT);
        if (!isIndex(request, first + 1) && (isUnit || !unitFirst)) {
            return CommandErrors.NOT_AN_INTEGER;
        }
        return isUnit ? null : CommandErrors.SYNTAX;
    }

    private static boolean isIndex(RespRequest request, int argument) {
        return request.argumentCount() <= argument || request.isLong(argument);
    }

    /** The range that these arguments tell; of what is not given, as much as there is. */
    static BitRange of(RespRequest request, int first) {
        int arguments = request.argumentCount();
        return new BitRange(
                arguments > first ? request.asLong(first) : 0,
                arguments > first + 1 ? request.asLong(first + 1) : -1,
                arguments > first + 2 && request.matches(first + 2, BIT));
    }

    /** The first position of the range in a string of so many bytes. */
    long firstBit(int length) {
        long units = ofBits ? 8L * length : length;
        long first = Math.min(atLeastZero(from, units), units);
        return ofBits ? first : 8 * first;
    }

    /** The last position of it; before the first if the range is empty. */
    long lastBit(int length) {
        long units = ofBits ? 8L * length : length;
        long last = Math.min(atLeastZero(to, units), units - 1);
        return ofBits ? last : 8 * last + 7;
    }

    /** Whether both ends are counted from the end, the wrong way round: of that BITCOUNT counts nothing, however short the string. */
    boolean isCrossed() {
        return from < 0 && to < 0 && from > to;
    }

    private static long atLeastZero(long index, long units) {
        return Math.max(0, index < 0 ? index + units : index);
    }
}
