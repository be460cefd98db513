package io.kvorum.codec.resp;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Numbers as Redis reads and writes them. Stateless; no method but {@link #formatDouble} allocates. */
public final class RespNumbers {
    /** The longest text of a long: a sign and 19 digits. */
    public static final int LONG_BYTES_MAX = 20;

    private static final byte[] LONG_MIN_TEXT = "-9223372036854775808".getBytes(StandardCharsets.US_ASCII);

    private RespNumbers() {}

    /**
     * Whether the slice is a signed 64-bit integer by Redis's strict rules (its {@code string2ll}): an optional minus,
     * no plus, no blanks, no leading zeros, no minus zero, no overflow.
     */
    public static boolean isLong(byte[] array, int offset, int length) {
        if (length < 1 || length > LONG_BYTES_MAX) {
            return false;
        }
        int at = offset;
        int end = offset + length;
        boolean negative = array[at] == '-';
        if (negative && ++at == end) {
            return false;
        }
        byte first = array[at];
        if (first == '0') {
            return length == 1;
        }
        if (first < '1' || first > '9') {
            return false;
        }
        for (int i = at + 1; i < end; i++) {
            if (array[i] < '0' || array[i] > '9') {
                return false;
            }
        }
        int digits = end - at;
        if (digits != 19) {
            return digits < 19;
        }
        int limit = negative ? '8' : '7';
        for (int i = 0; i < 18; i++) {
            int difference = array[at + i] - LONG_MIN_TEXT[1 + i];
            if (difference != 0) {
                return difference < 0;
            }
        }
        return array[at + 18] <= limit;
    }

    /**
     * The integer in the slice.
     *
     * @throws NumberFormatException if {@link #isLong} says no
     */
    public static long parseLong(byte[] array, int offset, int length) {
        if (!isLong(array, offset, length)) {
            throw new NumberFormatException("not a 64-bit integer");
        }
        boolean negative = array[offset] == '-';
        long value = 0;
        for (int i = negative ? offset + 1 : offset; i < offset + length; i++) {
            value = value * 10 - (array[i] - '0');
        }
        return negative ? value : -value;
    }

    /** Writes the number's decimal text so that it ends before index {@code end}, and returns where it starts. */
    public static int writeLong(long value, byte[] array, int end) {
        int at = end;
        long rest = value > 0 ? -value : value;
        do {
            long quotient = rest / 10;
            array[--at] = (byte) ('0' + (quotient * 10 - rest));
            rest = quotient;
        } while (rest != 0);
        if (value < 0) {
            array[--at] = '-';
        }
        return at;
    }

    /** How many bytes the number's decimal text has. */
    public static int lengthOf(long value) {
        int length = value < 0 ? 2 : 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            length++;
        }
        return length;
    }

    /**
     * The double as Redis 7.2 replies it: {@code inf}, {@code -inf}, {@code nan}, plain digits while that is short, else
     * {@code 1.5e+21}.
     */
    public static String formatDouble(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int zeros = -shortest.scale();
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = zeros + digits.length() - 1;
        boolean plain = zeros >= 0 ? Math.abs(exponent) < digits.length() + 7 : zeros > -7 || Math.abs(exponent) < 4;
        if (plain) {
            return shortest.toPlainString();
        }
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String mantissa = (value < 0 ? "-" : "") + digits.charAt(0) + fraction;
        return mantissa + (exponent < 0 ? "e" : "e+") + exponent;
    }
}
