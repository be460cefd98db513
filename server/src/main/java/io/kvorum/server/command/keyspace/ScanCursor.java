package io.kvorum.server.command.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * Where a scan of the cluster goes on: all of its state, so that no node remembers anything between two calls and a
 * cursor never runs out.
 *
 * <pre>
 *   45 ........ 32 31 ........ 0
 *   partition (14) table hash (32)      0: the beginning, and as an answer the end
 * </pre>
 *
 * Both halves are of the key alone: whichever owner a partition is read from, and however its table grows meanwhile, what
 * comes before a cursor is the same. 46 bits, since some clients keep cursors in a double.
 *
 * @param partition the partition
 * @param hash the first table hash that was not visited, unsigned 32 bits
 */
record ScanCursor(int partition, long hash) {
    static final ScanCursor START = new ScanCursor(0, 0);

    private static final int HASH_BITS = 32;
    private static final int DIGITS_MAX = 20;

    long packed() {
        return ((long) partition << HASH_BITS) | hash;
    }

    /** Reads a cursor as Redis does: an unsigned 64-bit number; null if it is none. One beyond all keys is at the end. */
    static @Nullable ScanCursor parse(byte[] array, int offset, int length) {
        if (length == 0 || length > DIGITS_MAX) {
            return null;
        }
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            int digit = array[i] - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Long.divideUnsigned(-1 - digit, 10)) > 0) {
                return null;
            }
            value = (value * 10) + digit;
        }
        long partition = value >>> HASH_BITS;
        return new ScanCursor((int) Math.min(partition, Integer.MAX_VALUE), value & 0xffff_ffffL);
    }
}
