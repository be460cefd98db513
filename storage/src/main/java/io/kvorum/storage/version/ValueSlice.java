package io.kvorum.storage.version;

import java.util.Arrays;

/**
 * A value where it lies, filled by {@link Visible#plain}. A mutable flyweight: owned by one thread, valid until it is
 * filled again.
 */
public final class ValueSlice {
    private static final byte[] NO_BYTES = {};

    final SiblingCursor cursor = new SiblingCursor();
    private final byte[] text = new byte[Total.TEXT_BYTES_MAX];
    private byte[] array = NO_BYTES;
    private int offset;
    private int length;
    private boolean missing;
    private int clientFlags;
    private long expireAtMillis;
    private long stamp;

    /**
     * The array the value lies in: the record's, or one of this slice for a counter's number.
     *
     * @throws IllegalStateException if the bytes are {@linkplain #isMissing missing}
     */
    public byte[] array() {
        if (missing) {
            throw new IllegalStateException("the bytes of a live value are not in the record");
        }
        return array;
    }

    /** Where the value begins. */
    public int offset() {
        return offset;
    }

    /** How many bytes it has. */
    public int length() {
        return length;
    }

    /** Whether the value is live but its bytes are elsewhere: on disk, or with another owner. */
    public boolean isMissing() {
        return missing;
    }

    /** The flags of a memcached client, or 0. */
    public int clientFlags() {
        return clientFlags;
    }

    /** When it ends, in milliseconds since 1970, or 0 for never. */
    public long expireAtMillis() {
        return expireAtMillis;
    }

    /** The newest stamp in its dot and increments. */
    public long stamp() {
        return stamp;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return Arrays.copyOfRange(array(), offset, offset + length);
    }

    /**
     * The XXH3-64 of the bytes, as seed 0 makes it.
     *
     * @throws IllegalStateException if the bytes are {@linkplain #isMissing missing}
     */
    public long digest() {
        return RecordHash.value(array(), offset, length);
    }

    void fill(SiblingCursor sibling) {
        missing = sibling.isDropped();
        clientFlags = sibling.clientFlags;
        expireAtMillis = sibling.expiryMillis;
        stamp = sibling.newest();
        if (sibling.incrementCount > 0 && !missing) {
            Total total = new Total().add(sibling);
            if (total.isNumber()) {
                offset = Total.putText(total.saturated(), text);
                array = text;
                length = text.length - offset;
                return;
            }
        }
        array = sibling.record;
        offset = sibling.valueAt;
        length = sibling.valueLength;
    }

    void fill(Value value) {
        missing = false;
        array = value.array();
        offset = value.offset();
        length = value.length();
        clientFlags = value.clientFlags();
        expireAtMillis = value.expireAtMillis();
        stamp = value.stamp();
    }

    /** Empties it: no bytes, no flags, no end. */
    public void clear() {
        missing = false;
        array = NO_BYTES;
        offset = 0;
        length = 0;
        clientFlags = 0;
        expireAtMillis = 0;
        stamp = 0;
    }
}
