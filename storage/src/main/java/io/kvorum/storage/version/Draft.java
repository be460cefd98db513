package io.kvorum.storage.version;

/**
 * What is to be written: key, value, dot. A mutable flyweight over the caller's arrays, filled for one write and reused
 * for the next; owned by the thread that writes. The slices are copied when the record is made.
 */
public final class Draft {
    private static final byte[] NO_BYTES = {};

    byte[] key = NO_BYTES;
    int keyOffset;
    int keyLength;
    byte[] value = NO_BYTES;
    int valueOffset;
    int valueLength;
    boolean tombstone;
    int clientFlags;
    long expireAtMillis;
    long actor;
    long stamp;

    /** Begins a write of a key of 1 to {@link RecordBytes#KEY_BYTES_MAX} bytes; all else is as if it was never set. */
    public Draft key(byte[] array, int offset, int length) {
        if (length < 1 || length > RecordBytes.KEY_BYTES_MAX) {
            throw new IllegalArgumentException("key of " + length + " bytes");
        }
        key = array;
        keyOffset = offset;
        keyLength = length;
        clientFlags = 0;
        expireAtMillis = 0;
        tombstone = false;
        return value(NO_BYTES, 0, 0);
    }

    /** The value. */
    public Draft value(byte[] array, int offset, int length) {
        value = array;
        valueOffset = offset;
        valueLength = length;
        return this;
    }

    /** A delete: no value, no flags, no expiry. */
    public Draft tombstone() {
        tombstone = true;
        clientFlags = 0;
        expireAtMillis = 0;
        return value(NO_BYTES, 0, 0);
    }

    /** The flags of a memcached client; 0 for none. */
    public Draft clientFlags(int flags) {
        clientFlags = flags;
        return this;
    }

    /** When the value ends, in milliseconds since 1970; 0 for never. */
    public Draft expireAtMillis(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("expiry at " + millis);
        }
        expireAtMillis = millis;
        return this;
    }

    /** The event's name: drawn under the partition's lock, newer than all that record and context have seen. */
    public Draft dot(long byActor, long atStamp) {
        if (byActor == 0 || atStamp <= 0) {
            throw new IllegalArgumentException("dot " + byActor + "@" + atStamp);
        }
        actor = byActor;
        stamp = atStamp;
        return this;
    }

    /** The event's name. */
    public Dot dot() {
        return new Dot(actor, stamp);
    }
}
