package io.kvorum.codec.memcached;

/**
 * Numbers as memcached reads them: an optional plus, digits, leading zeros as many as one likes; a minus where a number is
 * signed. What would not fit is no number, where memcached cuts it off. Stateless; nothing allocates.
 */
public final class McNumbers {
    /** The longest text of an unsigned 64-bit number. */
    public static final int UNSIGNED_BYTES_MAX = 20;

    private static final long UINT_MAX = 0xFFFF_FFFFL;

    /** Times beyond this are nonsense in seconds; what is within can be counted in milliseconds. */
    private static final long SECONDS_MAX = 999_999_999_999L;

    private McNumbers() {}

    /** Whether the slice is an unsigned 64-bit number. */
    public static boolean isUnsigned(byte[] array, int offset, int length) {
        int end = offset + length;
        int at = length > 0 && array[offset] == '+' ? offset + 1 : offset;
        if (at == end) {
            return false;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = array[at] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            // 2^64 - 1 is 1844674407370955161 * 10 + 5.
            int room = Long.compareUnsigned(value, 1_844_674_407_370_955_161L);
            if (room > 0 || (room == 0 && digit > 5)) {
                return false;
            }
            value = value * 10 + digit;
        }
        return true;
    }

    /** The unsigned 64-bit number that {@link #isUnsigned} found, as the long with its bits. */
    public static long parseUnsigned(byte[] array, int offset, int length) {
        long value = 0;
        int end = offset + length;
        for (int at = array[offset] == '+' ? offset + 1 : offset; at < end; at++) {
            value = value * 10 + (array[at] - '0');
        }
        return value;
    }

    /** Whether the slice is an unsigned 32-bit number. */
    public static boolean isUnsignedInt(byte[] array, int offset, int length) {
        return isUnsigned(array, offset, length)
                && Long.compareUnsigned(parseUnsigned(array, offset, length), UINT_MAX) <= 0;
    }

    /** Whether the slice is a time in seconds, which may be negative. */
    public static boolean isSeconds(byte[] array, int offset, int length) {
        boolean signed = length > 1 && array[offset] == '-' && array[offset + 1] != '+';
        int sign = signed ? 1 : 0;
        return isUnsigned(array, offset + sign, length - sign)
                && Long.compareUnsigned(parseUnsigned(array, offset + sign, length - sign), SECONDS_MAX) <= 0;
    }

    /** The seconds that {@link #isSeconds} found. */
    public static long parseSeconds(byte[] array, int offset, int length) {
        boolean negative = array[offset] == '-';
        int sign = negative ? 1 : 0;
        long value = parseUnsigned(array, offset + sign, length - sign);
        return negative ? -value : value;
    }

    /** Writes the text of an unsigned number so that it ends before index {@code end}, and returns where it starts. */
    public static int writeUnsigned(long value, byte[] array, int end) {
        int at = end;
        long rest = value;
        do {
            long quotient = Long.divideUnsigned(rest, 10);
            array[--at] = (byte) ('0' + (rest - quotient * 10));
            rest = quotient;
        } while (rest != 0);
        return at;
    }
}
