package io.kvorum.storage.version;

import org.jspecify.annotations.Nullable;

/** What a flush leaves of a record: nothing that was written up to its stamp. */
public final class Flush {
    private Flush() {}

    /**
     * The record without the siblings whose dots have a stamp up to the one given. Its vector stays: what was seen was
     * seen. Also keeps out of a flushed copy what a merge would bring back.
     *
     * @return the same instance if all siblings are newer; null if none is
     */
    public static byte @Nullable [] without(byte[] record, long upToStamp) {
        int kept = 0;
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            kept += cursor.stamp > upToStamp ? 1 : 0;
        }
        if (kept == RecordBytes.siblingCount(record)) {
            return record;
        }
        if (kept == 0) {
            return null;
        }
        RecordModel model = RecordModel.of(record);
        model.siblings.removeIf(sibling -> sibling.stamp <= upToStamp);
        return model.encode();
    }

    /**
     * Whether a flush takes the newest of what a record's siblings and their amendments say. A write's own stamp is the newest
     * of the record that it leaves, so of that record this says whether the write is lost.
     */
    public static boolean takesNewest(byte[] record, long upToStamp) {
        long newest = 0;
        long newestLeft = 0;
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            long stamp = Math.max(cursor.newest(), cursor.expiryStamp);
            newest = Math.max(newest, stamp);
            newestLeft = cursor.stamp > upToStamp ? Math.max(newestLeft, stamp) : newestLeft;
        }
        return newestLeft < newest;
    }
}
