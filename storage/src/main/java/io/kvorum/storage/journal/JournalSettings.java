package io.kvorum.storage.journal;

/**
 * How a journal is kept.
 *
 * @param segmentBytes size of a segment file: a multiple of 4096 from 8192 to 2³⁰
 * @param sync when appends are forced without being asked for
 * @param sparesMax released segment files that are kept for use again, at least 0; the others are deleted
 */
public record JournalSettings(int segmentBytes, SyncPolicy sync, int sparesMax) {
    /** The largest segment, header included. An entry that does not fit into {@link #segmentBytes} gets one of its own. */
    static final int SEGMENT_BYTES_MAX = 1 << 30;

    private static final int STAGING_BYTES_MAX = 8 << 20;

    /** Checks the bounds. */
    public JournalSettings {
        if (segmentBytes % EntryFormat.PAGE_BYTES != 0
                || segmentBytes < 2 * EntryFormat.PAGE_BYTES
                || segmentBytes > SEGMENT_BYTES_MAX) {
            throw new IllegalArgumentException("segments of " + segmentBytes + " bytes");
        }
        if (sparesMax < 0) {
            throw new IllegalArgumentException(sparesMax + " spares");
        }
    }

    /** So much is appended at most while the kernel keeps the writer. An entry that does not fit makes the staging larger. */
    int stagingBytes() {
        return (int) Math.min(2L * segmentBytes, STAGING_BYTES_MAX);
    }
}
