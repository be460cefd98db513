package io.kvorum.codec.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * From a line to a {@link McRequest} that is well-formed or has its error, by the rules of memcached 1.6 and in its order:
 * which of several errors is told, and whether {@code noreply} hushes it, is as there. Owned by one connection.
 */
final class McLineParser {
    /** A request without a value behind its line. */
    static final int NO_VALUE = -1;

    private static final byte[] NO_REPLY = "noreply".getBytes(US_ASCII);
    private static final byte[] ZERO = "0".getBytes(US_ASCII);
    private static final int META_WORDS_MAX = 19;
    private static final int OPAQUE_BYTES_MAX = 32;
    private static final int DELETED = 0x7f;

    private final McLimits limits;
    private int valueLength;
    private boolean swallows;

    McLineParser(McLimits limits) {
        this.limits = limits;
    }

    /** How long the value behind the line is; {@link #NO_VALUE} for none, or if nobody can tell. */
    int valueLength() {
        return valueLength;
    }

    /** Whether the request is refused and its value is to be passed over. */
    boolean swallows() {
        return swallows;
    }

    /** Fills the request from the line's words. */
    void parse(McRequest request) {
        valueLength = NO_VALUE;
        swallows = false;
        if (request.wordCount() == 0) {
            request.refuse(McErrors.ERROR);
            return;
        }
        request.verb = McVerb.of(request.array(), request.offset(0), request.length(0));
        switch (request.verb) {
            case GET, GETS -> keys(request, 1);
            case GAT, GATS -> touchedKeys(request);
            case SET, ADD, REPLACE, APPEND, PREPEND -> store(request, false);
            case CAS -> store(request, true);
            case INCR, DECR -> arithmetic(request);
            case TOUCH -> touch(request);
            case DELETE -> delete(request);
            case FLUSH_ALL -> flush(request);
            case VERBOSITY -> verbosity(request);
            case META_GET -> meta(request, McErrors.MANY_FLAGS_GET);
            case META_SET -> metaSet(request);
            case META_DELETE, META_ARITHMETIC -> meta(request, McErrors.MANY_FLAGS);
            case META_DEBUG -> metaDebug(request);
            case VERSION, STATS, SHUTDOWN, QUIT, META_NOOP -> {}
            case INVALID -> request.refuse(McErrors.ERROR);
        }
    }

    private void keys(McRequest request, int first) {
        if (request.wordCount() < 2) {
            request.refuse(McErrors.ERROR);
            return;
        }
        request.firstKey = first;
        request.keyCount = request.wordCount() - first;
        if (request.keyCount > limits.keysMax()) {
            request.refuse("CLIENT_ERROR more than " + limits.keysMax() + " keys");
            return;
        }
        for (int word = first; word < request.wordCount(); word++) {
            if (!isKey(request, word)) {
                request.refuse(McErrors.BAD_FORMAT);
                return;
            }
        }
    }

    private void touchedKeys(McRequest request) {
        if (request.wordCount() < 2) {
            request.refuse(McErrors.ERROR);
        } else if (!isSeconds(request, 1)) {
            request.refuse(McErrors.BAD_EXPTIME);
        } else {
            keys(request, 2);
        }
    }

    private void store(McRequest request, boolean withUnique) {
        int least = withUnique ? 6 : 5;
        if (!hasWords(request, least, least + 1)) {
            return;
        }
        readQuiet(request);
        if (!key(request)
                || !isUnsignedInt(request, 2)
                || !isSeconds(request, 3)
                || !isLength(request, 4)
                || (withUnique && !isUnsigned(request, 5))) {
            request.refuse(McErrors.BAD_FORMAT);
        } else {
            valueLength = lengthOf(request, 4);
        }
    }

    private void arithmetic(McRequest request) {
        if (!hasWords(request, 3, 4)) {
            return;
        }
        readQuiet(request);
        if (!key(request)) {
            request.refuse(McErrors.BAD_FORMAT);
        } else if (!isUnsigned(request, 2)) {
            request.refuse(McErrors.BAD_DELTA);
        }
    }

    private void touch(McRequest request) {
        if (!hasWords(request, 3, 4)) {
            return;
        }
        readQuiet(request);
        if (!key(request)) {
            request.refuse(McErrors.BAD_FORMAT);
        } else if (!isSeconds(request, 2)) {
            request.refuse(McErrors.BAD_EXPTIME);
        }
    }

    private void delete(McRequest request) {
        if (!hasWords(request, 2, 4)) {
            return;
        }
        if (request.wordCount() > 2) {
            // Once there was a time to hold the key; 0 is still taken.
            boolean zero = request.is(2, ZERO);
            readQuiet(request);
            boolean valid = request.wordCount() == 3 ? zero || request.quiet : zero && request.quiet;
            if (!valid) {
                request.refuse(McErrors.DELETE_USAGE);
                return;
            }
        }
        if (!key(request)) {
            request.refuse(McErrors.BAD_FORMAT);
        }
    }

    private void flush(McRequest request) {
        if (!hasWords(request, 1, 3)) {
            return;
        }
        readQuiet(request);
        boolean delayed = request.wordCount() > (request.quiet ? 2 : 1);
        if (delayed && !isSeconds(request, 1)) {
            request.refuse(McErrors.BAD_EXPTIME);
        }
    }

    private void verbosity(McRequest request) {
        if (!hasWords(request, 2, 3)) {
            return;
        }
        readQuiet(request);
        if (!isUnsigned(request, 1)) {
            request.refuse(McErrors.BAD_FORMAT);
        }
    }

    private void metaDebug(McRequest request) {
        if (request.wordCount() < 2 || !key(request)) {
            request.refuse(McErrors.BAD_FORMAT);
        } else if (request.wordCount() > 2 && request.length(2) == 1 && request.flag(2) == 'b' && !decodeKey(request)) {
            request.refuse(McErrors.BAD_FORMAT);
        }
    }

    private void meta(McRequest request, String tooMany) {
        if (request.wordCount() < 2) {
            request.refuse(McErrors.ERROR);
            return;
        }
        boolean specific = request.verb == McVerb.META_GET;
        String problem = null;
        if (!key(request)) {
            problem = McErrors.BAD_FORMAT;
        } else if (request.wordCount() > META_WORDS_MAX) {
            problem = tooMany;
        } else {
            problem = flags(request);
            if (problem != null && !specific) {
                problem = McErrors.INVALID_OR_DUPLICATE_FLAG;
            }
        }
        if (problem == null) {
            problem = modeAndOpaque(request);
        }
        if (problem == null && request.verb == McVerb.META_DELETE && request.findFlag('I') >= 0) {
            // A record has no mark for it, and to delete instead would take away the value that others may still use.
            problem = McErrors.NO_STALE_ITEMS;
        }
        if (problem != null) {
            refuseMeta(request, problem);
        }
    }

    private void metaSet(McRequest request) {
        if (request.wordCount() < 2) {
            request.refuse(McErrors.ERROR);
            return;
        }
        if (!key(request) || request.wordCount() < 3) {
            request.refuse(McErrors.BAD_FORMAT);
            return;
        }
        if (request.wordCount() > META_WORDS_MAX) {
            request.refuse(McErrors.MANY_FLAGS);
            return;
        }
        if (!isLength(request, 2)) {
            request.refuse(McErrors.BAD_FORMAT);
            return;
        }
        valueLength = lengthOf(request, 2);
        String problem = flags(request);
        if (problem == null) {
            problem = modeAndOpaque(request);
        }
        if (problem != null) {
            refuseMeta(request, problem);
            swallows = true;
        }
    }

    /** Meta commands tell errors whatever {@code q} says. */
    private static void refuseMeta(McRequest request, String problem) {
        request.quiet = false;
        request.refuse(problem);
    }

    /** Reads the flags; returns what is wrong with them, or null. */
    private static @Nullable String flags(McRequest request) {
        long seenLow = 0;
        long seenHigh = 0;
        String problem = null;
        for (int word = request.firstFlag(); word < request.wordCount(); word++) {
            int letter = request.flag(word);
            long bit = 1L << letter;
            if (letter >= DELETED || ((letter < Long.SIZE ? seenLow : seenHigh) & bit) != 0) {
                return McErrors.DUPLICATE_FLAG;
            }
            if (letter < Long.SIZE) {
                seenLow |= bit;
            } else {
                seenHigh |= bit;
            }
            if (!isFlag(request.verb, (char) letter)) {
                return McErrors.INVALID_FLAG;
            }
            String found = flag(request, word, (char) letter);
            // Of several tokens the last is told; the flags for clients have no words of their own.
            problem = found == null || (problem != null && letter == 'F') ? problem : found;
        }
        return problem;
    }

    private static boolean isFlag(McVerb verb, char letter) {
        return "bqNTRFCMJDIOPLkstcfvlhu".indexOf(letter) >= 0 || (letter == 'x' && verb == McVerb.META_DELETE);
    }

    private static @Nullable String flag(McRequest request, int word, char letter) {
        request.binaryKey |= letter == 'b';
        request.quiet |= letter == 'q';
        return switch (letter) {
            case 'b' -> decoded(request).length > 0 ? null : McErrors.BAD_KEY;
            case 'N', 'T', 'R' -> isSeconds(request, word, 1) ? null : McErrors.BAD_TOKEN;
            case 'F' -> isUnsignedInt(request, word, 1) ? null : McErrors.BAD_FORMAT;
            case 'C' -> isUnsigned(request, word, 1) ? null : McErrors.BAD_TOKEN;
            case 'M' -> request.length(word) == 2 ? null : McErrors.MODE_LENGTH;
            case 'J' -> isUnsigned(request, word, 1) ? null : McErrors.BAD_INITIAL;
            case 'D' -> isUnsigned(request, word, 1) ? null : McErrors.BAD_META_DELTA;
            default -> null;
        };
    }

    private static @Nullable String modeAndOpaque(McRequest request) {
        int mode = request.findFlag('M');
        if (mode >= 0 && request.verb == McVerb.META_SET && !isOneOf(request, mode, "EAPRS")) {
            return McErrors.BAD_SET_MODE;
        }
        if (mode >= 0 && request.verb == McVerb.META_ARITHMETIC && !isOneOf(request, mode, "I+D-")) {
            return McErrors.BAD_ARITHMETIC_MODE;
        }
        int opaque = request.findFlag('O');
        return opaque >= 0 && request.length(opaque) > OPAQUE_BYTES_MAX ? McErrors.LONG_OPAQUE : null;
    }

    private static boolean isOneOf(McRequest request, int word, String modes) {
        return modes.indexOf(request.array()[request.offset(word) + 1]) >= 0;
    }

    /** Puts the key in the place of its base64, which is longer. */
    static boolean decodeKey(McRequest request) {
        byte[] key = decoded(request);
        if (key.length == 0) {
            return false;
        }
        System.arraycopy(key, 0, request.array(), request.offset(request.firstKey), key.length);
        request.shorten(request.firstKey, key.length);
        request.binaryKey = true;
        return true;
    }

    private static byte[] decoded(McRequest request) {
        int offset = request.offset(request.firstKey);
        int length = request.length(request.firstKey);
        try {
            return length % 4 == 0
                    ? Base64.getDecoder().decode(Arrays.copyOfRange(request.array(), offset, offset + length))
                    : new byte[0];
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static boolean hasWords(McRequest request, int least, int most) {
        boolean has = request.wordCount() >= least && request.wordCount() <= most;
        if (!has) {
            request.refuse(McErrors.ERROR);
        }
        return has;
    }

    private static void readQuiet(McRequest request) {
        request.quiet = request.is(request.wordCount() - 1, NO_REPLY);
    }

    private boolean key(McRequest request) {
        request.firstKey = 1;
        request.keyCount = 1;
        return isKey(request, 1);
    }

    /** memcached's protocol allows no control characters in keys. */
    private boolean isKey(McRequest request, int word) {
        int length = request.length(word);
        if (length > limits.keyBytesMax()) {
            return false;
        }
        byte[] array = request.array();
        int end = request.offset(word) + length;
        for (int i = request.offset(word); i < end; i++) {
            if ((array[i] >= 0 && array[i] <= ' ') || array[i] == DELETED) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSeconds(McRequest request, int word) {
        return isSeconds(request, word, 0);
    }

    private static boolean isSeconds(McRequest request, int word, int skipped) {
        return McNumbers.isSeconds(request.array(), request.offset(word) + skipped, request.length(word) - skipped);
    }

    private static boolean isUnsigned(McRequest request, int word) {
        return isUnsigned(request, word, 0);
    }

    private static boolean isUnsigned(McRequest request, int word, int skipped) {
        return McNumbers.isUnsigned(request.array(), request.offset(word) + skipped, request.length(word) - skipped);
    }

    private static boolean isUnsignedInt(McRequest request, int word) {
        return isUnsignedInt(request, word, 0);
    }

    private static boolean isUnsignedInt(McRequest request, int word, int skipped) {
        return McNumbers.isUnsignedInt(request.array(), request.offset(word) + skipped, request.length(word) - skipped);
    }

    /** Whether a word is the length of a value: what stands behind it can be found again. */
    private static boolean isLength(McRequest request, int word) {
        return isUnsignedInt(request, word) && lengthOf(request, word) >= 0;
    }

    private static int lengthOf(McRequest request, int word) {
        long length = McNumbers.parseUnsigned(request.array(), request.offset(word), request.length(word));
        return length > Integer.MAX_VALUE - 2 ? -1 : (int) length;
    }
}
