package io.kvorum.server.command.admin;

/**
 * How far a backup is.
 *
 * @param state what it does, or how it ended
 * @param directory where to; empty if there never was one
 * @param records written, or read back
 * @param recordsTotal to be written, as far as is known, or to be read back
 * @param bytes written, or read back
 * @param bytesTotal to be read back; 0 if that is not known yet
 * @param elapsedMillis since it began, until it ended
 * @param secondsLeft until it ends, as far as can be said; -1 if not
 * @param problem why it failed; empty if it did not
 */
public record BackupStatus(
        State state,
        String directory,
        long records,
        long recordsTotal,
        long bytes,
        long bytesTotal,
        long elapsedMillis,
        long secondsLeft,
        String problem) {
    /** No backup since the start of the node. */
    public static final BackupStatus NONE = new BackupStatus(State.NONE, "", 0, 0, 0, 0, 0, -1, "");

    /** What it does, or how it ended. */
    public enum State {
        /** There was none since the start of the node. */
        NONE,
        /** Writes records. */
        WRITING,
        /** Reads back what was written, and compares. */
        VERIFYING,
        /** Ended; everything was compared, and the manifest is there. */
        DONE,
        /** Ended without a manifest. */
        FAILED,
        /** Ended without a manifest, as somebody wanted. */
        CANCELLED;

        /** Whether it goes on. */
        public boolean runs() {
            return this == WRITING || this == VERIFYING;
        }
    }
}
