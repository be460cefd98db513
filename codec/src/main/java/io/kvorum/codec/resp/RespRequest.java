package io.kvorum.codec.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One request: the name of a command and its arguments, as slices of the received bytes.
 *
 * <p>A flyweight, owned by one event loop and filled again and again by {@link RespRequestDecoder#next}. It is valid
 * until the next {@code next}, {@code append}, {@code retain} or {@code close} of any decoder on the same scratch; what
 * must live longer is copied. Argument 0 is the command's name; a filled request has at least that one. An index out of
 * bounds is an {@link IndexOutOfBoundsException}.
 */
public final class RespRequest {
    private static final byte[] NONE = {};
    private static final int SLICES_INITIAL = 64;

    /** Beyond this many arguments the array is made for the request alone, so that one giant does not stay forever. */
    private static final int SLICES_KEPT_MAX = 64 << 10;

    /** Kept between requests: offset and length of each argument in turn. */
    private int[] kept = new int[SLICES_INITIAL];

    private byte[] array = NONE;
    private int[] slices = kept;
    private int start;
    private int argumentCount;

    /** An empty request, to be filled by a decoder. */
    public RespRequest() {}

    /** The array that holds all arguments; it may be written to as little as kept. */
    public byte[] array() {
        return array;
    }

    /** How many arguments there are, the command's name included. */
    public int argumentCount() {
        return argumentCount;
    }

    /** Index in {@link #array()} of the first byte of the argument. */
    public int offset(int index) {
        return start + slices[2 * Objects.checkIndex(index, argumentCount)];
    }

    /** How many bytes the argument has. */
    public int length(int index) {
        return slices[2 * Objects.checkIndex(index, argumentCount) + 1];
    }

    /** The bytes of the argument, to keep. */
    public byte[] copy(int index) {
        int offset = offset(index);
        return Arrays.copyOfRange(array, offset, offset + length(index));
    }

    /** Bytes from the begin of the first argument to the end of the last. */
    public int bytes() {
        int last = argumentCount - 1;
        return last < 0 ? 0 : offset(last) + length(last) - offset(0);
    }

    /** This request on an array of its own, to keep. */
    public RespRequest toKeep() {
        RespRequest kept = new RespRequest();
        int[] noted = Arrays.copyOf(slices, 2 * argumentCount);
        int from = argumentCount == 0 ? 0 : offset(0);
        for (int i = 0; i < argumentCount; i++) {
            noted[2 * i] += start - from;
        }
        kept.fill(Arrays.copyOfRange(array, from, from + bytes()), 0, noted, argumentCount);
        return kept;
    }

    /** The argument as UTF-8 text; malformed bytes become U+FFFD. */
    public String string(int index) {
        return new String(array, offset(index), length(index), StandardCharsets.UTF_8);
    }

    /** Whether the argument is this word in any mixture of cases; {@code upperAscii} has no lower-case letters. */
    public boolean matches(int index, byte[] upperAscii) {
        int length = length(index);
        if (length != upperAscii.length) {
            return false;
        }
        int offset = offset(index);
        for (int i = 0; i < length; i++) {
            int found = array[offset + i];
            if (found >= 'a' && found <= 'z') {
                found -= 'a' - 'A';
            }
            if (found != upperAscii[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the argument is a signed 64-bit integer by Redis's strict rules. */
    public boolean isLong(int index) {
        return RespNumbers.isLong(array, offset(index), length(index));
    }

    /**
     * The argument as a signed 64-bit integer.
     *
     * @throws NumberFormatException if {@link #isLong} says no
     */
    public long asLong(int index) {
        return RespNumbers.parseLong(array, offset(index), length(index));
    }

    /** The array a decoder may note slices in: {@link #grow} makes room. */
    int[] slices() {
        return slices;
    }

    /** A longer array with the same slices. */
    int[] grow(int[] full) {
        int[] grown = Arrays.copyOf(full, full.length * 2);
        if (full == kept && grown.length <= SLICES_KEPT_MAX * 2) {
            kept = grown;
        }
        slices = grown;
        return grown;
    }

    boolean isKept(int[] candidate) {
        return candidate == kept;
    }

    void clear() {
        array = NONE;
        slices = kept;
        argumentCount = 0;
    }

    void fill(byte[] source, int from, int[] noted, int count) {
        array = source;
        start = from;
        slices = noted;
        argumentCount = count;
    }

    @Override
    public String toString() {
        return argumentCount == 0
                ? "RespRequest[]"
                : "RespRequest[" + string(0) + " with " + (argumentCount - 1) + " arguments]";
    }
}
