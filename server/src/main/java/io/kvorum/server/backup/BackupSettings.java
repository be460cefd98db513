package io.kvorum.server.backup;

/**
 * How a backup is written.
 *
 * @param fileBytes how long a data file may get, unless one block is longer
 * @param blockBytes how long a block may get, unless one record is longer
 * @param forceBytes after so many bytes they are forced to the disk
 * @param bytesPerSecond at most, for writing and for reading back
 */
record BackupSettings(long fileBytes, int blockBytes, long forceBytes, long bytesPerSecond) {
    /** Slow enough that clients do not feel it: a small part of what a disk and one core can do. */
    static final BackupSettings DEFAULT = new BackupSettings(256L << 20, 256 << 10, 8L << 20, 32L << 20);
}
