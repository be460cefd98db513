package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.ENTRY_BYTES;
import static io.kvorum.storage.version.RecordBytes.U16;
import static io.kvorum.storage.version.RecordBytes.U32;
import static io.kvorum.storage.version.RecordBytes.U64;
import static io.kvorum.storage.version.RecordBytes.u64;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the next record of a key: writes and deletes, under the record's own vector or under a client's context. */
public final class Versions {
    /** From so many siblings on, a write tells its observer. */
    public static final int SIBLINGS_WARN = 25;

    /** A write leaves at most so many. */
    public static final int SIBLINGS_MAX = 100;

    private Versions() {}

    /**
     * The newest stamp of anything in the record, vector and amendments included: what a fresh stamp must exceed. 0 for
     * no record.
     */
    public static long newestStamp(byte @Nullable [] record) {
        if (record == null) {
            return 0;
        }
        long newest = 0;
        int at = RecordBytes.vectorAt(record) + 8;
        int entries = RecordBytes.vectorCount(record) + RecordBytes.supersededCount(record);
        for (int i = 0; i < entries; i++, at += ENTRY_BYTES) {
            newest = Math.max(newest, u64(record, at));
        }
        int siblingsAt = RecordBytes.siblingsAt(record);
        int amended = RecordBytes.EXPIRY | RecordBytes.INCREMENTS;
        if (RecordBytes.siblingCount(record) == 1 && (record[siblingsAt] & amended) == 0) {
            return newest;
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            newest = Math.max(newest, Math.max(cursor.newest(), cursor.expiryStamp));
        }
        return newest;
    }

    /**
     * A plain write: supersedes every sibling of the record, as a client means it that knows nothing of siblings.
     *
     * @param old the record there is, or null
     * @throws IllegalArgumentException if the draft's stamp is not newer than all its actor did to the key
     */
    public static byte[] write(byte @Nullable [] old, Draft draft) {
        if (old == null) {
            return new PlainWrite(draft, 0, -1, 0).write(null);
        }
        int index = RecordBytes.vectorIndex(old, draft.actor);
        requireNewer(old, draft);
        if (RecordBytes.supersededCount(old) > 0
                || RecordBytes.vectorCount(old) == RecordBytes.COUNT_MAX
                || !RecordBytes.hasKey(old, draft.key, draft.keyOffset, draft.keyLength)) {
            return rewrite(old, draft, new Sibling(draft));
        }
        return new PlainWrite(draft, RecordBytes.vectorCount(old), index, index < 0 ? -1 - index : index).write(old);
    }

    /** The plain write of any sibling, by way of the model. */
    static byte[] rewrite(byte @Nullable [] old, Draft draft, Sibling sibling) {
        RecordModel model = modelFor(old, draft);
        model.siblings.clear();
        model.siblings.add(sibling);
        model.vector = model.vector.with(draft.actor, draft.stamp);
        model.supersede(List.of(), VersionObserver.NONE);
        return model.encode();
    }

    /**
     * A write under a client's context: supersedes the siblings that the context covers, and no others. Dots of the
     * context that the record has never heard of are listed as superseded. Never refused for the number of siblings: the
     * oldest beyond {@link #SIBLINGS_MAX} are superseded by last-write-wins.
     *
     * @param old the record there is, merged with R owners if {@link Context#hasDotUnknownTo} it; or null
     * @throws IllegalArgumentException if the draft's stamp is not newer than all its actor did to the key, and than all
     *     the context has seen
     */
    public static byte[] write(byte @Nullable [] old, Draft draft, Context context, VersionObserver observer) {
        requireNewer(old, draft);
        if (context.newestStamp() >= draft.stamp) {
            throw new IllegalArgumentException("stamp of " + draft.dot() + " is not newer than the context's");
        }
        RecordModel model = modelFor(old, draft);
        model.siblings.removeIf(sibling -> context.covers(sibling.actor, sibling.stamp));
        model.siblings.add(new Sibling(draft));
        model.vector = model.vector.join(context.vector()).with(draft.actor, draft.stamp);
        model.supersede(context.dots(), observer);
        limit(model.siblings, observer);
        return model.encode();
    }

    private static void limit(List<Sibling> siblings, VersionObserver observer) {
        if (siblings.size() > SIBLINGS_MAX) {
            siblings.sort(Sibling::compareCanonical);
            List<Sibling> oldest = siblings.subList(SIBLINGS_MAX, siblings.size());
            observer.siblingsSuperseded(oldest.size());
            oldest.clear();
        }
        if (siblings.size() >= SIBLINGS_WARN) {
            observer.manySiblings(siblings.size());
        }
    }

    private static RecordModel modelFor(byte @Nullable [] old, Draft draft) {
        if (old == null) {
            return new RecordModel(draft.key, draft.keyOffset, draft.keyLength);
        }
        if (!RecordBytes.hasKey(old, draft.key, draft.keyOffset, draft.keyLength)) {
            throw new IllegalArgumentException("the draft is of another key than the record");
        }
        return RecordModel.of(old);
    }

    static void requireNewer(byte @Nullable [] old, Draft draft) {
        if (draft.actor == 0) {
            throw new IllegalArgumentException("draft without a dot");
        }
        if (old != null && RecordBytes.vectorStamp(old, draft.actor) >= draft.stamp) {
            throw new IllegalArgumentException("stamp of " + draft.dot() + " is not newer than the record's");
        }
    }

    /** The record without the bytes of all its values: a stub, with the same hash. */
    public static byte[] withoutValues(byte[] record) {
        RecordModel model = RecordModel.of(record);
        model.siblings.replaceAll(Sibling::withoutBytes);
        byte[] stub = model.encode();
        return stub.length == record.length ? record : stub;
    }

    /** Whether two records have siblings of the same dots: then amendments, vectors and bytes are all they differ in. */
    public static boolean hasSameSiblings(byte[] a, byte[] b) {
        SiblingCursor ofA = new SiblingCursor().of(a);
        SiblingCursor ofB = new SiblingCursor().of(b);
        boolean same = RecordBytes.siblingCount(a) == RecordBytes.siblingCount(b);
        while (same && ofA.next() && ofB.next()) {
            same = ofA.actor == ofB.actor && ofA.stamp == ofB.stamp;
        }
        return same;
    }

    /** The record without the bytes of expired values; the same instance if there are none. */
    public static byte[] withoutExpiredValues(byte[] record, long nowMillis) {
        // Born counters have no bytes worth dropping, so that their group need not be asked.
        boolean dropped = false;
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next() && !dropped) {
            dropped = cursor.valueLength > Long.BYTES && !cursor.isLiveAlone(nowMillis);
        }
        if (!dropped) {
            return record;
        }
        RecordModel model = RecordModel.of(record);
        model.siblings.replaceAll(sibling -> sibling.isLiveAlone(nowMillis) ? sibling : sibling.withoutBytes());
        return model.encode();
    }

    /**
     * The record with a shorter vector, for the round that reaps and truncates: while there are more than
     * {@link RecordBytes#VECTOR_TRUNCATE_ABOVE} entries, the oldest goes that is older than a time and covers no sibling.
     * All owners must do this to the same record, or the entries return with the next merge.
     *
     * @return the same instance if nothing may go
     */
    public static byte[] truncate(byte[] record, long olderThanMillis) {
        if (RecordBytes.vectorCount(record) <= RecordBytes.VECTOR_TRUNCATE_ABOVE) {
            return record;
        }
        RecordModel model = RecordModel.of(record);
        List<Long> needed = new ArrayList<>();
        for (Sibling sibling : model.siblings) {
            needed.add(sibling.actor);
        }
        boolean changed = false;
        while (model.vector.size() > RecordBytes.VECTOR_TRUNCATE_ABOVE) {
            int oldest = -1;
            for (int i = 0; i < model.vector.size(); i++) {
                long stamp = model.vector.stamp(i);
                if (Stamp.millis(stamp) < olderThanMillis
                        && !needed.contains(model.vector.actor(i))
                        && (oldest < 0 || stamp < model.vector.stamp(oldest))) {
                    oldest = i;
                }
            }
            if (oldest < 0) {
                break;
            }
            model.vector = model.vector.without(oldest);
            changed = true;
        }
        return changed ? model.encode() : record;
    }

    /**
     * Builds the bytes of a plain write in one go.
     *
     * @param oldCount entries of the old vector
     * @param index of the actor in the old vector, negative if it is not there
     * @param at of the actor in the new vector
     */
    private record PlainWrite(Draft draft, int oldCount, int index, int at) {
        byte[] write(byte @Nullable [] old) {
            int count = index < 0 ? oldCount + 1 : oldCount;
            int vectorAt = RecordBytes.KEY_AT + draft.keyLength;
            int siblingAt = vectorAt + (count * ENTRY_BYTES);
            int valueLengthAt = siblingAt
                    + 1
                    + RecordBytes.varIntBytes(at)
                    + (draft.clientFlags == 0 ? 0 : Integer.BYTES)
                    + (draft.expireAtMillis == 0 ? 0 : Long.BYTES);
            int valueAt = valueLengthAt + RecordBytes.varIntBytes(draft.valueLength);
            byte[] record = new byte[Math.addExact(valueAt, draft.valueLength)];
            record[0] = RecordBytes.FORMAT_VERSION;
            record[RecordBytes.SIBLING_COUNT_AT + 1] = 1;
            U16.set(record, RecordBytes.VECTOR_COUNT_AT, (short) count);
            U16.set(record, RecordBytes.KEY_LENGTH_AT, (short) (draft.keyLength - 1));
            System.arraycopy(draft.key, draft.keyOffset, record, RecordBytes.KEY_AT, draft.keyLength);
            int entryAt = vectorAt + (at * ENTRY_BYTES);
            if (old != null) {
                int before = entryAt - vectorAt;
                int restAt = vectorAt + before + (index < 0 ? 0 : ENTRY_BYTES);
                System.arraycopy(old, vectorAt, record, vectorAt, before);
                System.arraycopy(old, restAt, record, entryAt + ENTRY_BYTES, siblingAt - entryAt - ENTRY_BYTES);
            }
            U64.set(record, entryAt, draft.actor);
            U64.set(record, entryAt + 8, draft.stamp);
            putSibling(record, siblingAt);
            RecordBytes.putVarInt(record, valueLengthAt, draft.valueLength);
            System.arraycopy(draft.value, draft.valueOffset, record, valueAt, draft.valueLength);
            long valueHash = RecordHash.value(record, valueAt, draft.valueLength);
            long head = RecordHash.head(record, siblingAt);
            U64.set(record, RecordBytes.HASH_AT, RecordHash.sibling(head, record, siblingAt, valueLengthAt, valueHash));
            return record;
        }

        private void putSibling(byte[] record, int siblingAt) {
            int flags = RecordBytes.NEWEST_OF_ACTOR | (draft.tombstone ? RecordBytes.TOMBSTONE : 0);
            int next = RecordBytes.putVarInt(record, siblingAt + 1, at);
            if (draft.clientFlags != 0) {
                flags |= RecordBytes.CLIENT_FLAGS;
                U32.set(record, next, draft.clientFlags);
                next += Integer.BYTES;
            }
            if (draft.expireAtMillis != 0) {
                flags |= RecordBytes.EXPIRY | RecordBytes.EXPIRY_OF_DOT;
                U64.set(record, next, draft.expireAtMillis);
            }
            record[siblingAt] = (byte) flags;
        }
    }
}
