package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.BORN;
import static io.kvorum.storage.version.RecordBytes.CLIENT_FLAGS;
import static io.kvorum.storage.version.RecordBytes.DROPPED;
import static io.kvorum.storage.version.RecordBytes.ENTRY_BYTES;
import static io.kvorum.storage.version.RecordBytes.EXPIRY;
import static io.kvorum.storage.version.RecordBytes.EXPIRY_OF_DOT;
import static io.kvorum.storage.version.RecordBytes.INCREMENTS;
import static io.kvorum.storage.version.RecordBytes.NEWEST_OF_ACTOR;
import static io.kvorum.storage.version.RecordBytes.TOMBSTONE;
import static io.kvorum.storage.version.RecordBytes.u64;

/** Walks over the siblings of a checked record, newest first. Mutable: owned by the method or flyweight that made it. */
final class SiblingCursor {
    /** Bytes of one increment: actor, stamp, sum. */
    static final int INCREMENT_BYTES = 24;

    private static final byte[] NOTHING = {};

    byte[] record = NOTHING;
    int at;
    int flags;
    long actor;
    long stamp;
    int clientFlags;
    long expiryStamp;
    long expiryActor;
    long expiryMillis;
    int incrementCount;
    int incrementsAt;
    int valueLengthAt;
    int valueAt;
    int valueLength;

    private int vectorAt;
    private int left;
    private int next;

    SiblingCursor of(byte[] of) {
        record = of;
        vectorAt = RecordBytes.vectorAt(of);
        left = RecordBytes.siblingCount(of);
        next = RecordBytes.siblingsAt(of);
        return this;
    }

    boolean next() {
        if (left == 0) {
            return false;
        }
        left--;
        at = next;
        flags = record[at] & 0xff;
        int position = at + 1;
        int index = record[position++];
        if (index < 0) {
            position--;
            index = varInt(position);
            position += RecordBytes.varIntBytes(index);
        }
        int entryAt = vectorAt + (index * ENTRY_BYTES);
        actor = u64(record, entryAt);
        if ((flags & NEWEST_OF_ACTOR) != 0) {
            stamp = u64(record, entryAt + 8);
        } else {
            stamp = u64(record, position);
            position += 8;
        }
        clientFlags = 0;
        if ((flags & CLIENT_FLAGS) != 0) {
            clientFlags = (int) RecordBytes.U32.get(record, position);
            position += 4;
        }
        position = nextAmendments(position);
        valueLengthAt = position;
        if ((flags & DROPPED) != 0) {
            valueLength = 0;
            valueAt = position;
            next = position + 8;
        } else {
            valueLength = varInt(position);
            valueAt = position + RecordBytes.varIntBytes(valueLength);
            next = valueAt + valueLength;
        }
        return true;
    }

    private int nextAmendments(int from) {
        int position = from;
        expiryStamp = 0;
        expiryActor = 0;
        expiryMillis = 0;
        if ((flags & EXPIRY) != 0) {
            if ((flags & EXPIRY_OF_DOT) != 0) {
                expiryStamp = stamp;
                expiryActor = actor;
            } else {
                expiryStamp = u64(record, position);
                expiryActor = u64(record, position + 8);
                position += ENTRY_BYTES;
            }
            expiryMillis = u64(record, position);
            position += 8;
        }
        incrementCount = 0;
        if ((flags & INCREMENTS) != 0) {
            incrementCount = varInt(position);
            incrementsAt = position + RecordBytes.varIntBytes(incrementCount);
            position = incrementsAt + (incrementCount * INCREMENT_BYTES);
        }
        return position;
    }

    private int varInt(int from) {
        int value = 0;
        int position = from;
        for (int shift = 0; ; shift += 7) {
            byte part = record[position++];
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    boolean isTombstone() {
        return (flags & TOMBSTONE) != 0;
    }

    boolean isBorn() {
        return (flags & BORN) != 0;
    }

    boolean isDropped() {
        return (flags & DROPPED) != 0;
    }

    /** Live by its own flags and expiry; of a member of a group {@link Group} decides. */
    boolean isLiveAlone(long nowMillis) {
        return (flags & TOMBSTONE) == 0 && (expiryMillis == 0 || expiryMillis > nowMillis);
    }

    long valueHash() {
        return isDropped() ? u64(record, valueAt) : RecordHash.value(record, valueAt, valueLength);
    }

    long incrementActor(int i) {
        return u64(record, incrementsAt + (i * INCREMENT_BYTES));
    }

    long incrementStamp(int i) {
        return u64(record, incrementsAt + (i * INCREMENT_BYTES) + 8);
    }

    long incrementSum(int i) {
        return u64(record, incrementsAt + (i * INCREMENT_BYTES) + 16);
    }

    /** By what the canonical order, and so "newest", goes: the newest stamp in dot and increments. */
    long newest() {
        long newest = stamp;
        for (int i = 0; i < incrementCount; i++) {
            newest = Math.max(newest, incrementStamp(i));
        }
        return newest;
    }

    /** Where the sibling ends. */
    int end() {
        return next;
    }
}
