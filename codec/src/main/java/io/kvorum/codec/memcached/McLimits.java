package io.kvorum.codec.memcached;

/**
 * What one request may ask for.
 *
 * @param keyBytesMax the longest key, decoded; no more than memcached's 250
 * @param valueBytesMax the longest value
 * @param lineBytesMax the longest line of a command with many keys; others are bounded as by memcached
 * @param keysMax the most keys of one command
 */
public record McLimits(int keyBytesMax, int valueBytesMax, int lineBytesMax, int keysMax) {
    /** memcached's longest key. */
    public static final int KEY_BYTES_MAX = 250;

    /** The longest line that begins no command with many keys. */
    public static final int PLAIN_LINE_BYTES_MAX = 2048;

    /** Refuses limits that would allow nothing. */
    public McLimits {
        if (keyBytesMax < 1 || keyBytesMax > KEY_BYTES_MAX || valueBytesMax < 1 || keysMax < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive, and keys of " + KEY_BYTES_MAX + " at the most");
        }
        if (lineBytesMax < PLAIN_LINE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "lines of " + lineBytesMax + " bytes, at least " + PLAIN_LINE_BYTES_MAX + " are needed");
        }
    }
}
