package io.kvorum.server.backup;

import java.io.IOException;
import java.nio.file.Path;

/** A backup that is not as it was written: which file, from which byte on, and what is wrong. */
public final class BackupDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    BackupDamagedException(Path file, long offset, String problem) {
        super(file.toAbsolutePath() + " is damaged at byte " + offset + ": " + problem);
        this.file = file;
        this.offset = offset;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Where in the file what is damaged begins. */
    public long offset() {
        return offset;
    }
}
