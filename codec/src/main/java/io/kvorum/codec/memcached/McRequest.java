package io.kvorum.codec.memcached;

import java.util.Arrays;
import java.util.Objects;

/**
 * One request: the words of its line and its value, as slices of the received bytes. Well-formed, unless its verb is
 * {@link McVerb#INVALID}: numbers are numbers, keys have a length that is allowed, and flags are such as the command has.
 *
 * <p>A flyweight, owned by one event loop and filled again and again by {@link McRequestDecoder#next}. It is valid until
 * the next {@code next}, {@code append}, {@code retain} or {@code close} of any decoder on the same scratch; what must live
 * longer is copied by {@link #toKeep}. Word 0 is the command's name.
 */
public final class McRequest {
    private static final byte[] NONE = {};
    private static final int WORDS_INITIAL = 32;

    /** Beyond this many words the array is made for the request alone, so that one giant does not stay for ever. */
    private static final int WORDS_KEPT_MAX = 4096;

    private static final int NO_VALUE = -1;

    private int[] kept = new int[2 * WORDS_INITIAL];
    private int[] words = kept;
    private byte[] array = NONE;
    private int start;
    private int wordCount;
    private int valueDistance = NO_VALUE;
    private int valueLength;
    private int bytes;
    private int lineBytes;

    McVerb verb = McVerb.INVALID;
    int firstKey;
    int keyCount;
    boolean quiet;
    boolean binaryKey;
    String error = "";

    /** An empty request, to be filled by a decoder. */
    public McRequest() {}

    /** What is asked for. */
    public McVerb verb() {
        return verb;
    }

    /** The reply to a request that cannot be run, a line without its end; not to be given if {@link #isQuiet}. */
    public String error() {
        return error;
    }

    /**
     * Whether the client wants less to read: of a text command ({@code noreply}) no reply at all, of a meta command
     * ({@code q}) none that says nothing new.
     */
    public boolean isQuiet() {
        return quiet;
    }

    /** Whether the key came in base64, and goes back so. It is decoded here. */
    public boolean isBinaryKey() {
        return binaryKey;
    }

    /** The array that holds all words and the value. Not to be changed. */
    public byte[] array() {
        return array;
    }

    /** How many words the line has. */
    public int wordCount() {
        return wordCount;
    }

    /** Index in {@link #array()} of the first byte of a word. */
    public int offset(int word) {
        return start + words[2 * Objects.checkIndex(word, wordCount)];
    }

    /** How many bytes a word has. */
    public int length(int word) {
        return words[2 * Objects.checkIndex(word, wordCount) + 1];
    }

    /** The word of the first key; keys follow each other. 0 if there is none. */
    public int firstKey() {
        return firstKey;
    }

    /** How many keys there are. */
    public int keyCount() {
        return keyCount;
    }

    /** Index in {@link #array()} of the value. */
    public int valueOffset() {
        return start + valueDistance;
    }

    /** How many bytes the value has. */
    public int valueLength() {
        return valueLength;
    }

    /** Bytes from the begin of the line to the end of the value. */
    public int bytes() {
        return bytes;
    }

    /** The first flag of a meta command: a word. */
    public int firstFlag() {
        return verb == McVerb.META_SET ? 3 : 2;
    }

    /** The letter of a flag. */
    public char flag(int word) {
        return (char) (array[offset(word)] & 0xff);
    }

    /** The word of a meta command's flag, or -1. */
    public int findFlag(char letter) {
        for (int word = firstFlag(); word < wordCount; word++) {
            if (flag(word) == letter) {
                return word;
            }
        }
        return -1;
    }

    /** Whether a word is this text. */
    public boolean is(int word, byte[] ascii) {
        return word < wordCount && isText(array, offset(word), length(word), ascii);
    }

    static boolean isText(byte[] array, int offset, int length, byte[] ascii) {
        return length == ascii.length && Arrays.equals(array, offset, offset + length, ascii, 0, length);
    }

    /** This request on an array of its own, to keep. */
    public McRequest toKeep() {
        return keep(bytes);
    }

    /** As {@link #toKeep}, but without the value. */
    public McRequest lineToKeep() {
        McRequest copy = keep(lineBytes);
        copy.valueDistance = NO_VALUE;
        copy.valueLength = 0;
        return copy;
    }

    private McRequest keep(int keptBytes) {
        McRequest copy = new McRequest();
        copy.array = Arrays.copyOfRange(array, start, start + keptBytes);
        copy.words = Arrays.copyOf(words, 2 * wordCount);
        copy.wordCount = wordCount;
        copy.valueDistance = valueDistance;
        copy.valueLength = valueLength;
        copy.bytes = keptBytes;
        copy.lineBytes = lineBytes;
        copy.verb = verb;
        copy.firstKey = firstKey;
        copy.keyCount = keyCount;
        copy.quiet = quiet;
        copy.binaryKey = binaryKey;
        copy.error = error;
        return copy;
    }

    void clear() {
        array = NONE;
        start = 0;
        words = kept;
        wordCount = 0;
        valueDistance = NO_VALUE;
        valueLength = 0;
        bytes = 0;
        lineBytes = 0;
        verb = McVerb.INVALID;
        firstKey = 0;
        keyCount = 0;
        quiet = false;
        binaryKey = false;
        error = "";
    }

    void begin(byte[] source, int from, int length) {
        clear();
        array = source;
        start = from;
        bytes = length;
        lineBytes = length;
    }

    void word(int offset, int length) {
        if (2 * wordCount == words.length) {
            boolean mine = wordCount < WORDS_KEPT_MAX;
            words = Arrays.copyOf(words, 2 * words.length);
            if (mine) {
                kept = words;
            }
        }
        words[2 * wordCount] = offset - start;
        words[2 * wordCount + 1] = length;
        wordCount++;
    }

    void shorten(int word, int length) {
        words[2 * word + 1] = length;
    }

    void value(int offset, int length) {
        valueDistance = offset - start;
        valueLength = length;
        bytes = valueDistance + length;
    }

    /** Makes it one that cannot be run. */
    void refuse(String line) {
        verb = McVerb.INVALID;
        error = line;
    }

    @Override
    public String toString() {
        return "McRequest[" + verb + " with " + wordCount + " words]";
    }
}
