package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.storage.version.ValueSlice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the value that GET shows must be for a SET or a DELEX to be made: IFEQ, IFNE, IFDEQ and IFDNE, as of Redis 8.4. It
 * keeps nothing of the request. Immutable.
 */
public final class ValueCondition {
    /** The error for a digest that is none; as in Redis, told only where there is a value to compare with. */
    public static final String NO_DIGEST = "ERR must be exactly 16 hexadecimal characters";

    private static final int DIGEST_DIGITS = 16;

    private final Kind kind;
    private final byte[] operand;
    private final boolean wrong;
    private final long digest;

    private ValueCondition(Kind kind, byte[] operand) {
        this.kind = kind;
        this.operand = operand;
        this.wrong = kind.ofDigest && !isDigest(operand);
        this.digest = kind.ofDigest && !wrong
                ? Long.parseUnsignedLong(new String(operand, StandardCharsets.US_ASCII), DIGEST_DIGITS)
                : 0;
    }

    private enum Kind {
        IFEQ(false, true),
        IFNE(false, false),
        IFDEQ(true, true),
        IFDNE(true, false);

        private static final Kind[] ALL = values();

        @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
        private final byte[] word = name().getBytes(StandardCharsets.US_ASCII);

        private final boolean ofDigest;
        private final boolean wantsEqual;

        Kind(boolean ofDigest, boolean wantsEqual) {
            this.ofDigest = ofDigest;
            this.wantsEqual = wantsEqual;
        }

        static @Nullable Kind of(RespRequest request, int index) {
            for (Kind kind : ALL) {
                if (request.matches(index, kind.word)) {
                    return kind;
                }
            }
            return null;
        }
    }

    /** Whether an argument begins a condition. */
    public static boolean isNamedAt(RespRequest request, int index) {
        return Kind.of(request, index) != null;
    }

    /** The condition that an argument and the one behind it are, or null. */
    public static @Nullable ValueCondition at(RespRequest request, int index) {
        Kind kind = index + 1 < request.argumentCount() ? Kind.of(request, index) : null;
        return kind == null ? null : new ValueCondition(kind, request.copy(index + 1));
    }

    /** A digest as clients write it: the 16 lower-case hexadecimal digits of the XXH3-64 of a value. */
    public static String digest(ValueSlice value) {
        String digits = Long.toHexString(value.digest());
        return "0".repeat(DIGEST_DIGITS - digits.length()) + digits;
    }

    /** Whether its digest is none, so that nothing can be compared with it. */
    public boolean isWrong() {
        return wrong;
    }

    /** Whether it holds for the very value that it names alone. */
    public boolean namesValue() {
        return kind.wantsEqual;
    }

    /** Whether it holds for a value, whose bytes are there. */
    public boolean holdsFor(ValueSlice value) {
        boolean equal = kind.ofDigest
                ? value.digest() == digest
                : Arrays.equals(
                        value.array(), value.offset(), value.offset() + value.length(), operand, 0, operand.length);
        return equal == kind.wantsEqual;
    }

    /** Whether it holds for a key that has no value: nothing is equal to that. */
    public boolean holdsForNone() {
        return !kind.wantsEqual;
    }

    private static boolean isDigest(byte[] text) {
        if (text.length != DIGEST_DIGITS) {
            return false;
        }
        for (byte digit : text) {
            if (Character.digit(digit, DIGEST_DIGITS) < 0) {
                return false;
            }
        }
        return true;
    }
}
