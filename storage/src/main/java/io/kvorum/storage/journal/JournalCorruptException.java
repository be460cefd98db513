package io.kvorum.storage.journal;

import java.nio.file.Path;

/** Entries that had reached the device, or the files that hold them, are damaged or missing. */
public final class JournalCorruptException extends JournalException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final long offset;

    JournalCorruptException(Path file, long offset, String found, String expected) {
        super("journal damaged: " + file + " at offset " + offset + ": found " + found + ", expected " + expected
                + ". Restore the file, or start with --salvage, which drops what cannot be read and says what it was");
        this.file = file.toString();
        this.offset = offset;
    }

    /** The file that is damaged, or that should be there. */
    public String file() {
        return file;
    }

    /** Where in the file, in bytes. */
    public long offset() {
        return offset;
    }
}
