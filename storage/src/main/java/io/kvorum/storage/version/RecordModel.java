package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.ENTRY_BYTES;
import static io.kvorum.storage.version.RecordBytes.U16;
import static io.kvorum.storage.version.RecordBytes.U32;
import static io.kvorum.storage.version.RecordBytes.U64;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** A record taken apart, to be changed and put together again. Owned by the method that made it. */
final class RecordModel {
    private static final Comparator<Dot> OLDEST_FIRST =
            Comparator.comparingLong(Dot::stamp).thenComparing(Comparator.reverseOrder());

    private final byte[] keySource;
    private final int keyAt;
    private final int keyLength;
    VersionVector vector = VersionVector.EMPTY;
    final TreeSet<Dot> superseded = new TreeSet<>();
    final List<Sibling> siblings = new ArrayList<>();

    RecordModel(byte[] keySource, int keyAt, int keyLength) {
        this.keySource = keySource;
        this.keyAt = keyAt;
        this.keyLength = keyLength;
    }

    static RecordModel of(byte[] record) {
        RecordModel model = new RecordModel(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
        model.vector = RecordBytes.vector(record);
        if (RecordBytes.supersededCount(record) > 0) {
            model.superseded.addAll(RecordBytes.superseded(record));
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            model.siblings.add(new Sibling(cursor));
        }
        return model;
    }

    /** Whether this has seen the event. */
    boolean knows(long actor, long stamp) {
        return vector.covers(actor, stamp) || (!superseded.isEmpty() && superseded.contains(new Dot(actor, stamp)));
    }

    /** Lists more superseded dots, less those covered, and forgets the oldest beyond the limit. */
    void supersede(Collection<Dot> dots, VersionObserver observer) {
        superseded.addAll(dots);
        superseded.removeIf(vector::covers);
        while (superseded.size() > RecordBytes.SUPERSEDED_MAX) {
            Dot oldest = superseded.stream().min(OLDEST_FIRST).orElseThrow();
            superseded.remove(oldest);
            observer.supersededForgotten(oldest.actor(), oldest.stamp());
        }
    }

    /** Puts the siblings into canonical order and everything into bytes. */
    byte[] encode() {
        if (vector.size() > RecordBytes.COUNT_MAX || siblings.size() > RecordBytes.COUNT_MAX) {
            throw new IllegalStateException(vector.size() + " vector entries and " + siblings.size()
                    + " siblings do not fit into a record, which has at most " + RecordBytes.COUNT_MAX);
        }
        if (siblings.size() > 1) {
            siblings.sort(Sibling::compareCanonical);
        }
        int siblingsAt = RecordBytes.KEY_AT + keyLength + ((vector.size() + superseded.size()) * ENTRY_BYTES);
        int length = siblingsAt;
        for (Sibling sibling : siblings) {
            length = Math.addExact(length, bytesOf(sibling));
        }
        byte[] record = new byte[length];
        putHead(record);
        long hash = RecordHash.head(record, siblingsAt);
        int at = siblingsAt;
        for (Sibling sibling : siblings) {
            int valueLengthAt = putBeforeValue(record, at, sibling);
            hash = RecordHash.sibling(hash, record, at, valueLengthAt, sibling.valueHash);
            at = putValue(record, valueLengthAt, sibling);
        }
        if (at != length) {
            throw new IllegalStateException("record of " + length + " bytes was written with " + at);
        }
        U64.set(record, RecordBytes.HASH_AT, hash);
        return record;
    }

    private void putHead(byte[] record) {
        record[0] = RecordBytes.FORMAT_VERSION;
        record[RecordBytes.SUPERSEDED_COUNT_AT] = (byte) superseded.size();
        U16.set(record, RecordBytes.SIBLING_COUNT_AT, (short) siblings.size());
        U16.set(record, RecordBytes.VECTOR_COUNT_AT, (short) vector.size());
        U16.set(record, RecordBytes.KEY_LENGTH_AT, (short) (keyLength - 1));
        System.arraycopy(keySource, keyAt, record, RecordBytes.KEY_AT, keyLength);
        int at = RecordBytes.KEY_AT + keyLength;
        for (int i = 0; i < vector.size(); i++, at += ENTRY_BYTES) {
            U64.set(record, at, vector.actor(i));
            U64.set(record, at + 8, vector.stamp(i));
        }
        for (Dot dot : superseded) {
            U64.set(record, at, dot.actor());
            U64.set(record, at + 8, dot.stamp());
            at += ENTRY_BYTES;
        }
    }

    private int flagsOf(Sibling sibling) {
        int flags = sibling.kind;
        if (sibling.hasExpiry()) {
            flags |= RecordBytes.EXPIRY;
            if (sibling.expiryStamp == sibling.stamp && sibling.expiryActor == sibling.actor) {
                flags |= RecordBytes.EXPIRY_OF_DOT;
            }
        }
        flags |= sibling.increments.length == 0 ? 0 : RecordBytes.INCREMENTS;
        flags |= sibling.clientFlags == 0 ? 0 : RecordBytes.CLIENT_FLAGS;
        flags |= sibling.hasBytes() ? 0 : RecordBytes.DROPPED;
        flags |= vector.stampOf(sibling.actor) == sibling.stamp ? RecordBytes.NEWEST_OF_ACTOR : 0;
        return flags;
    }

    private int bytesOf(Sibling sibling) {
        int flags = flagsOf(sibling);
        int bytes = 1 + RecordBytes.varIntBytes(vector.indexOf(sibling.actor));
        bytes += (flags & RecordBytes.NEWEST_OF_ACTOR) != 0 ? 0 : Long.BYTES;
        bytes += (flags & RecordBytes.CLIENT_FLAGS) == 0 ? 0 : Integer.BYTES;
        if ((flags & RecordBytes.EXPIRY) != 0) {
            bytes += (flags & RecordBytes.EXPIRY_OF_DOT) != 0 ? Long.BYTES : 3 * Long.BYTES;
        }
        if ((flags & RecordBytes.INCREMENTS) != 0) {
            bytes += RecordBytes.varIntBytes(sibling.increments.length / 3);
            bytes += sibling.increments.length * Long.BYTES;
        }
        bytes += sibling.hasBytes() ? RecordBytes.varIntBytes(sibling.valueLength) + sibling.valueLength : Long.BYTES;
        return bytes;
    }

    private int putBeforeValue(byte[] record, int from, Sibling sibling) {
        int flags = flagsOf(sibling);
        record[from] = (byte) flags;
        int at = RecordBytes.putVarInt(record, from + 1, vector.indexOf(sibling.actor));
        if ((flags & RecordBytes.NEWEST_OF_ACTOR) == 0) {
            at = put(record, at, sibling.stamp);
        }
        if ((flags & RecordBytes.CLIENT_FLAGS) != 0) {
            U32.set(record, at, sibling.clientFlags);
            at += Integer.BYTES;
        }
        if ((flags & RecordBytes.EXPIRY) != 0) {
            if ((flags & RecordBytes.EXPIRY_OF_DOT) == 0) {
                at = put(record, put(record, at, sibling.expiryStamp), sibling.expiryActor);
            }
            at = put(record, at, sibling.expiryMillis);
        }
        if ((flags & RecordBytes.INCREMENTS) != 0) {
            at = RecordBytes.putVarInt(record, at, sibling.increments.length / 3);
            for (long part : sibling.increments) {
                at = put(record, at, part);
            }
        }
        return at;
    }

    private static int putValue(byte[] record, int from, Sibling sibling) {
        if (!sibling.hasBytes()) {
            return put(record, from, sibling.valueHash);
        }
        int at = RecordBytes.putVarInt(record, from, sibling.valueLength);
        System.arraycopy(sibling.source, sibling.valueAt, record, at, sibling.valueLength);
        return at + sibling.valueLength;
    }

    private static int put(byte[] record, int at, long value) {
        U64.set(record, at, value);
        return at + Long.BYTES;
    }
}
