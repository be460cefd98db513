package io.kvorum.storage.version;

import java.util.Arrays;

/**
 * One value as a reader sees it: a slice of a record, or the text of a counter's number.
 *
 * @param clientFlags of a memcached client, or 0
 * @param expireAtMillis since 1970, or 0 for never
 * @param stamp how new it is
 */
public record Value(byte[] array, int offset, int length, int clientFlags, long expireAtMillis, long stamp) {
    /** A copy of the bytes. */
    public byte[] bytes() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    boolean sameBytes(Value other) {
        return Arrays.equals(array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }
}
