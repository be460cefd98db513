package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal's directory: {@code SEQUENCE.journal} is a segment, and has been one since it got this name;
 * {@code SEQUENCE.spare} was one and waits for use; what ends with {@code .new} is being made. Owned by the background
 * thread, before that by the one that opens.
 */
final class SegmentFiles {
    /** How much of a new file is written at a time, so that a force need not wait for all of it. */
    private static final int STEP_BYTES = 2 << 20;

    private static final String SEGMENT = ".journal";
    private static final String SPARE = ".spare";
    private static final String NEW = ".new";
    private static final int SEQUENCE_DIGITS = 16;

    private final Disk disk;
    private final Path directory;
    private final int segmentBytes;
    private final int sparesMax;
    private final Deque<SegmentFile> spares = new ArrayDeque<>();

    /** Above that of every file there ever was: a spare's old entries must not pass for those of a new segment. */
    private long nextSequence;

    /** Read by all. */
    private final AtomicLong bytesUsed = new AtomicLong();

    SegmentFiles(Disk disk, Path directory, JournalSettings settings) {
        this.disk = disk;
        this.directory = directory;
        this.segmentBytes = settings.segmentBytes();
        this.sparesMax = settings.sparesMax();
    }

    /**
     * A segment file as it was found.
     *
     * @param sequence as its name says
     * @param header null if it cannot be read
     */
    record Found(
            Path path,
            long sequence,
            long fileBytes,
            @Nullable SegmentHeader header) {}

    /** Clears away what a crash left half made, and returns the segments, ascending by sequence. */
    List<Found> find(UUID identity) throws IOException {
        disk.createDirectories(directory);
        List<Found> segments = new ArrayList<>();
        for (String name : disk.list(directory)) {
            Path path = directory.resolve(name);
            if (name.endsWith(NEW)) {
                disk.delete(path);
            } else if (name.endsWith(SPARE)) {
                noteSequence(sequenceOf(path, name, SPARE));
                keepSpare(new SegmentFile(path));
            } else if (name.endsWith(SEGMENT)) {
                Found segment = look(path, name, identity);
                segments.add(segment);
                noteSequence(segment.sequence());
                bytesUsed.addAndGet(segment.fileBytes());
            }
        }
        return segments;
    }

    private void keepSpare(SegmentFile spare) throws IOException {
        long bytes = spare.size(disk);
        if (bytes == segmentBytes && spares.size() < sparesMax) {
            bytesUsed.addAndGet(bytes);
            spare.close();
            spares.add(spare);
        } else {
            spare.delete(disk);
        }
    }

    private Found look(Path path, String name, UUID identity) throws IOException {
        byte[] page = new byte[SegmentHeader.PAGE_BYTES];
        long fileBytes;
        try (DiskFile file = disk.open(path)) {
            fileBytes = file.size();
            int unused = file.read(ByteBuffer.wrap(page), 0);
        }
        SegmentHeader header = SegmentHeader.read(page);
        if (header == null && SegmentHeader.laterFormat(page) != 0) {
            throw new JournalException("journal segment " + path + " has format " + SegmentHeader.laterFormat(page)
                    + ", this version reads " + SegmentHeader.FORMAT
                    + ". Start the version that wrote it, or move the journal away and lose what it holds");
        }
        if (header != null && !header.identity().equals(identity)) {
            throw new JournalException("journal segment " + path + " belongs to journal " + header.identity()
                    + ", not to " + identity + ". Move it out of the directory");
        }
        return new Found(path, sequenceOf(path, name, SEGMENT), fileBytes, header);
    }

    private void noteSequence(long sequence) {
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** Of the first segment that this life makes. */
    long nextSequence() {
        return nextSequence;
    }

    private static long sequenceOf(Path path, String name, String suffix) throws JournalException {
        String digits = name.substring(0, name.length() - suffix.length());
        try {
            if (digits.length() == SEQUENCE_DIGITS) {
                return Long.parseLong(digits, 16);
            }
        } catch (NumberFormatException notHex) {
            // told below, as a name of another length is
        }
        throw new JournalException(
                "journal segment " + path + " has a name that no segment has. Move it out of the " + "directory");
    }

    Path directory() {
        return directory;
    }

    Path segmentPath(long sequence) {
        return named(sequence, SEGMENT);
    }

    private Path named(long sequence, String suffix) {
        return directory.resolve(String.format(Locale.ROOT, "%016x", sequence) + suffix);
    }

    long bytesUsed() {
        return bytesUsed.get();
    }

    /** Begins to make a segment, from a spare if there is one of its size and that is allowed. */
    Preparation prepare(SegmentHeader header, boolean fromSpare) {
        SegmentFile spare = fromSpare && header.bytes() == segmentBytes ? spares.poll() : null;
        return new Preparation(header, spare);
    }

    /** Keeps the file of a segment as a spare or deletes it. Works again after it failed half way. */
    void retire(JournalSegment segment) throws IOException {
        SegmentFile file = segment.file();
        long bytes = file.size(disk);
        if (bytes == segmentBytes && spares.size() < sparesMax) {
            // On the device before its content changes: a crash must not bring it back under its old name.
            file.rename(disk, named(segment.header().sequence(), SPARE), directory);
            spares.add(file);
        } else {
            file.delete(disk);
            bytesUsed.addAndGet(-bytes);
            disk.forceDirectory(directory);
        }
    }

    void close() throws IOException {
        for (SegmentFile spare : spares) {
            spare.close();
        }
    }

    /** A segment in the making: its name comes last, so that whatever has the name is whole. */
    final class Preparation {
        private final SegmentHeader header;
        private final boolean recycled;
        private final SegmentFile file;
        private long readyBytes;

        private Preparation(SegmentHeader header, @Nullable SegmentFile spare) {
            this.header = header;
            this.recycled = spare != null;
            this.file = spare == null ? new SegmentFile(named(header.sequence(), NEW)) : spare;
            if (recycled) {
                readyBytes = header.bytes();
            } else {
                bytesUsed.addAndGet(header.bytes());
            }
        }

        int bytes() {
            return header.bytes();
        }

        Path path() {
            return file.path();
        }

        /** Does a part; returns the segment when that was the last. */
        @Nullable
        JournalSegment step() throws IOException {
            if (readyBytes < header.bytes()) {
                long next = Math.min(readyBytes + STEP_BYTES, header.bytes());
                file.file(disk).preallocate(next);
                readyBytes = next;
                if (next < header.bytes()) {
                    return null;
                }
            }
            JournalSegment segment = new JournalSegment(file, header, JournalSegment.OPEN_ENDED);
            segment.begin(disk);
            file.rename(disk, segmentPath(header.sequence()), directory);
            return segment;
        }

        /** Gives the file up, and its space back. */
        void abandon() throws IOException {
            file.delete(disk);
            bytesUsed.addAndGet(-header.bytes());
            disk.forceDirectory(directory);
        }
    }
}
