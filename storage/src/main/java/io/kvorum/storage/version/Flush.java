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
}
