package io.kvorum.storage.version;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a reader sees of a record at a time of the node's hybrid clock. */
public final class Visible {
    /** {@link #deadSinceMillis} of a record that is not dead. */
    public static final long LIVE = -1;

    private Visible() {}

    /**
     * What GET answers: the newest sibling, a group of born counters being one; false for nil, where that is a tombstone or
     * expired. Allocates nothing for a record of one sibling without increments.
     */
    public static boolean plain(byte[] record, long nowMillis, ValueSlice out) {
        if (RecordBytes.siblingCount(record) == 1) {
            SiblingCursor only = out.cursor.of(record);
            only.next();
            if (only.isLiveAlone(nowMillis)) {
                out.fill(only);
                return true;
            }
            out.clear();
            return false;
        }
        return plainOfMany(record, nowMillis, out);
    }

    private static boolean plainOfMany(byte[] record, long nowMillis, ValueSlice out) {
        out.clear();
        SiblingCursor newest = out.cursor.of(record);
        if (!newest.next()) {
            return false;
        }
        if (!newest.isBorn()) {
            if (newest.isLiveAlone(nowMillis)) {
                out.fill(newest);
                return true;
            }
            return false;
        }
        Value sum = sum(RecordModel.of(record).siblings, nowMillis);
        if (sum == null) {
            return false;
        }
        out.fill(sum);
        return true;
    }

    /**
     * What KV.GET answers: live values, newest first, equal bytes once, a group of born counters as its sum.
     *
     * @throws IllegalStateException if a live value's bytes are not there: see {@link #needsBytes}
     */
    public static List<Value> values(byte[] record, long nowMillis) {
        List<Sibling> siblings = RecordModel.of(record).siblings;
        List<Value> values = new ArrayList<>();
        boolean groupShown = false;
        for (Sibling sibling : siblings) {
            Value value = null;
            if (!sibling.isBorn()) {
                value = valueOf(sibling, nowMillis);
            } else if (!groupShown) {
                groupShown = true;
                value = sum(siblings, nowMillis);
            }
            if (value != null && values.stream().noneMatch(value::sameBytes)) {
                values.add(value);
            }
        }
        return values;
    }

    /**
     * Whether some live value's bytes are not in the record. Then this copy must be treated as one that lacks the dot: the
     * record is to be fetched, from disk or from another owner, before it is merged, acknowledged or answered.
     */
    public static boolean needsBytes(byte[] record, long nowMillis) {
        if (!RecordBytes.lacksBytes(record)) {
            return false;
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            if (cursor.isDropped() && cursor.isLiveAlone(nowMillis)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any sibling is live, the newest or not. */
    public static boolean hasLive(byte[] record, long nowMillis) {
        List<Sibling> siblings = RecordModel.of(record).siblings;
        Group group = new Group(siblings);
        return siblings.stream().anyMatch(sibling -> group.isLive(sibling, nowMillis));
    }

    /**
     * Since when every sibling is a tombstone or expired, counted from the latest of dots, expiry times and amendments, in
     * milliseconds since 1970; {@link #LIVE} if one is not. A record may be reaped when this is a grace ago, and only whole.
     */
    public static long deadSinceMillis(byte[] record, long nowMillis) {
        RecordModel model = RecordModel.of(record);
        Group group = new Group(model.siblings);
        long since = model.siblings.isEmpty() ? Stamp.millis(model.vector.newestStamp()) : 0;
        for (Sibling sibling : model.siblings) {
            if (group.isLive(sibling, nowMillis)) {
                return LIVE;
            }
            since = Math.max(since, Stamp.millis(Math.max(sibling.newestStamp(), sibling.expiryStamp)));
            since = Math.max(since, Math.max(sibling.expiryMillis, group.expireAtMillis(sibling)));
        }
        return since;
    }

    /** Whether every sibling was a tombstone or expired before a time, and nothing has happened to them since. */
    public static boolean isDeadBefore(byte[] record, long millis) {
        if (isSurelyLive(record, millis)) {
            return false;
        }
        long since = deadSinceMillis(record, millis);
        return since != LIVE && since < millis;
    }

    /**
     * When the value that GET shows ends, in milliseconds since 1970; 0 if it does not, or there is none. Cheap for what
     * has no end, and allocates nothing then.
     *
     * @param value is written over
     */
    public static long endMillis(byte[] record, long nowMillis, ValueSlice value) {
        boolean endless = RecordBytes.siblingCount(record) == 1
                && (record[RecordBytes.siblingsAt(record)] & RecordBytes.EXPIRY) == 0;
        return !endless && plain(record, nowMillis, value) ? value.expireAtMillis() : 0;
    }

    /** Whether a record with one sibling, as nearly all have, is live: what {@link #deadSinceMillis} tells at length. */
    public static boolean isSurelyLive(byte[] record, long nowMillis) {
        if (RecordBytes.siblingCount(record) != 1) {
            return false;
        }
        int flags = record[RecordBytes.siblingsAt(record)];
        if ((flags & (RecordBytes.TOMBSTONE | RecordBytes.EXPIRY)) == 0) {
            return true;
        }
        SiblingCursor cursor = new SiblingCursor().of(record);
        return cursor.next() && cursor.isLiveAlone(nowMillis);
    }

    private static @Nullable Value valueOf(Sibling sibling, long nowMillis) {
        if (!sibling.isLiveAlone(nowMillis)) {
            return null;
        }
        if (!sibling.hasBytes()) {
            throw new IllegalStateException("the bytes of live value " + sibling.dot() + " are not in the record");
        }
        if (sibling.increments.length > 0) {
            Total total = new Total().add(sibling);
            if (total.isNumber()) {
                return number(total, sibling.clientFlags, sibling.expiryMillis, sibling.newestStamp());
            }
        }
        return new Value(
                sibling.source,
                sibling.valueAt,
                sibling.valueLength,
                sibling.clientFlags,
                sibling.expiryMillis,
                sibling.newestStamp());
    }

    /** The sum of the group's live members, or null if it has none: as new as any member, and ending with the last. */
    private static @Nullable Value sum(List<Sibling> siblings, long nowMillis) {
        Group group = new Group(siblings);
        Total total = new Total();
        Sibling newest = null;
        Sibling newestLive = null;
        long end = 0;
        for (Sibling sibling : siblings) {
            if (!sibling.isBorn()) {
                continue;
            }
            newest = newest == null ? sibling : newest;
            if (group.isLive(sibling, nowMillis)) {
                long ownEnd = group.expireAtMillis(sibling);
                end = newestLive == null ? ownEnd : ownEnd == 0 || end == 0 ? 0 : Math.max(end, ownEnd);
                newestLive = newestLive == null ? sibling : newestLive;
                total.add(sibling);
            }
        }
        if (newest == null || newestLive == null) {
            return null;
        }
        return number(total, newestLive.clientFlags, end, newest.newestStamp());
    }

    private static Value number(Total total, int clientFlags, long expireAtMillis, long stamp) {
        byte[] text = new byte[Total.TEXT_BYTES_MAX];
        int at = Total.putText(total.saturated(), text);
        return new Value(text, at, text.length - at, clientFlags, expireAtMillis, stamp);
    }
}
