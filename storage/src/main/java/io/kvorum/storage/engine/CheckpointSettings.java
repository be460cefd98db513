package io.kvorum.storage.engine;

/**
 * How the checkpoint follows the changes.
 *
 * @param intervalNanos the pause between two passes, while the journal is short
 * @param journalSoftBytes a journal so long begins a pass at once
 * @param journalMaxBytes with a journal so long changes have to wait
 * @param batchRecords records put together; their bytes are bounded too
 * @param share of the thread's time that a pass may use while the journal is short, above 0 up to 1
 */
public record CheckpointSettings(
        long intervalNanos, long journalSoftBytes, long journalMaxBytes, int batchRecords, double share) {
    /** Every 30 s or 128 MB, at most 1 GB behind, in batches of 10,000, half of the time. */
    public static final CheckpointSettings DEFAULT =
            new CheckpointSettings(30_000_000_000L, 128L << 20, 1L << 30, 10_000, 0.5);

    /** Refuses what makes no sense. */
    public CheckpointSettings {
        if (intervalNanos <= 0
                || journalSoftBytes <= 0
                || journalMaxBytes < journalSoftBytes
                || batchRecords < 1
                || !(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("checkpoint every " + intervalNanos + " ns or " + journalSoftBytes
                    + " bytes, at most " + journalMaxBytes + ", by " + batchRecords + ", share " + share);
        }
    }
}
