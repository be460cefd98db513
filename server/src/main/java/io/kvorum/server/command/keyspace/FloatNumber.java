package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of INCRBYFLOAT: decimal text, in the range of the 80-bit floats that Redis has them in. Added as decimals
 * and not as floats, so that ten times 0.1 is 1 whatever the machine; shown, as by Redis, with 17 digits after the point.
 */
final class FloatNumber {
    /** As in Redis, which so takes whatever it has shown: more digits than any of these numbers has. */
    private static final int TEXT_BYTES_MAX = 5 * 1024 - 1;

    private static final int EXPONENT_MAX = 4932;
    private static final int DIGITS_AFTER_POINT = 17;

    /** Possessive throughout: a text that is none is found out in one pass. */
    private static final Pattern DECIMAL = Pattern.compile("[+-]?+(\\d++\\.?+\\d*+|\\.\\d++)([eE][+-]?+\\d{1,5}+)?+");

    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(inity)?", Pattern.CASE_INSENSITIVE);

    private FloatNumber() {}

    /** The number that the bytes spell, or null. */
    static @Nullable BigDecimal parse(byte[] array, int offset, int length) {
        if (length > TEXT_BYTES_MAX) {
            return null;
        }
        String text = new String(array, offset, length, US_ASCII);
        if (!DECIMAL.matcher(text).matches()) {
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        return isInRange(number) ? number : null;
    }

    /** Whether the bytes spell an infinity, which is a number to Redis, but none that may be added. */
    static boolean isInfinite(byte[] array, int offset, int length) {
        return length <= TEXT_BYTES_MAX
                && INFINITY.matcher(new String(array, offset, length, US_ASCII)).matches();
    }

    /** Whether Redis could have it, too: what is beyond costs memory by the exponent, not by the text. */
    static boolean isInRange(BigDecimal number) {
        return number.signum() == 0
                ? Math.abs(number.scale()) <= EXPONENT_MAX + TEXT_BYTES_MAX
                : Math.abs((long) number.precision() - number.scale()) <= EXPONENT_MAX;
    }

    /** Without an exponent, and without zeros at the end. */
    static byte[] text(BigDecimal number) {
        BigDecimal shown =
                number.setScale(DIGITS_AFTER_POINT, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return (shown.signum() == 0 ? "0" : shown.toPlainString()).getBytes(US_ASCII);
    }
}
