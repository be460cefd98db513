package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file behind {@link Staging}, {@code staging} in the journal's directory, and how it is made: as {@code staging.new},
 * so that whatever has the name is whole. Owned by the background thread, before that by the one that opens.
 */
final class StagingFile {
    private static final String NAME = "staging";
    private static final String NEW = NAME + ".new";
    private static final int STEP_BYTES = 2 << 20;

    private final Disk disk;
    private final Path directory;
    private final UUID identity;

    StagingFile(Disk disk, Path directory, UUID identity) {
        this.disk = disk;
        this.directory = directory;
        this.identity = identity;
    }

    Path path() {
        return directory.resolve(NAME);
    }

    boolean exists() {
        return disk.exists(path());
    }

    /**
     * Its header, if that can be read and the file is whole; else null.
     *
     * @throws JournalException if it belongs to another journal
     */
    @Nullable
    StagingHeader read() throws IOException {
        if (!exists()) {
            return null;
        }
        byte[] page = new byte[StagingHeader.PAGE_BYTES];
        long size;
        try (DiskFile file = disk.open(path())) {
            size = file.size();
            int unused = file.read(ByteBuffer.wrap(page), 0);
        }
        StagingHeader header = StagingHeader.read(page);
        if (header != null && !header.identity().equals(identity)) {
            throw new JournalException("journal file " + path() + " belongs to journal " + header.identity()
                    + ", not to " + identity + ". Move it out of the directory");
        }
        return header == null || size < StagingHeader.PAGE_BYTES + header.bytes() ? null : header;
    }

    /** Uses the file that is there again, for what comes after a position. */
    Staging reuse(StagingHeader header, long durable) throws IOException {
        DiskFile file = disk.open(path());
        try {
            Staging staging = new Staging(file, header);
            // Both slots: whatever one of them said of an earlier life is over.
            staging.noteDurable(durable);
            staging.noteDurable(durable);
            return staging;
        } catch (IOException | InternalError failure) {
            throw closed(file, failure);
        }
    }

    private static IOException closed(DiskFile file, Throwable failure) {
        IOException told = new IOException(String.valueOf(failure.getMessage()), failure);
        try {
            file.close();
        } catch (IOException alsoFailed) {
            told.addSuppressed(alsoFailed);
        }
        return told;
    }

    /** Makes the name survive a crash of the machine. */
    void forceName() throws IOException {
        disk.forceDirectory(directory);
    }

    /** Begins to make another of so many bytes. */
    Preparation prepare(int bytes) {
        return new Preparation(bytes);
    }

    /** Clears away what a crash left half made. */
    void tidy() throws IOException {
        if (disk.exists(directory.resolve(NEW))) {
            disk.delete(directory.resolve(NEW));
        }
    }

    /** One in the making. */
    final class Preparation {
        private final int bytes;
        private @Nullable DiskFile file;
        private @Nullable Staging staging;
        private long readyBytes;

        private Preparation(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }

        /** Does a part; returns true when it is ready for its name. */
        boolean step() throws IOException {
            DiskFile made = file;
            if (made == null) {
                made = disk.create(directory.resolve(NEW));
                file = made;
            }
            int size = StagingHeader.PAGE_BYTES + bytes;
            readyBytes = Math.min(readyBytes + STEP_BYTES, size);
            made.preallocate(readyBytes);
            if (readyBytes < size) {
                return false;
            }
            StagingHeader header = StagingHeader.of(identity, bytes, 0);
            ByteBuffer page = ByteBuffer.allocate(StagingHeader.PAGE_BYTES);
            header.writeFixed(page);
            header.writeSlot(page);
            made.write(page, 0);
            made.force();
            staging = new Staging(made, header);
            return true;
        }

        /** Gives it the name, in place of the one that was there, of which nothing is needed any more. */
        Staging finish(long durable) throws IOException {
            Staging made = staging;
            if (made == null) {
                throw new IllegalStateException("not all of it was made");
            }
            made.noteDurable(durable);
            // From here on a start reads this one.
            disk.move(directory.resolve(NEW), path());
            file = null;
            return made;
        }

        /** Gives it up, and its space back. */
        void abandon() throws IOException {
            DiskFile made = file;
            file = null;
            if (made != null) {
                made.close();
                tidy();
            }
        }
    }
}
