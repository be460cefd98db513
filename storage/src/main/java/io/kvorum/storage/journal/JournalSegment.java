package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, mapped if this life of the journal writes to it. Entries are put under the journal's lock; header,
 * forcing, touching and the file belong to the background thread.
 */
final class JournalSegment {
    static final long OPEN_ENDED = Long.MAX_VALUE;

    /** How much is touched at a time, so that a force need not wait for all that should be. */
    static final int TOUCH_STEP_BYTES = 1 << 20;

    private final long base;
    private final int bytes;
    private final int seed;

    /** Replaced by the background thread; base, bytes and what else was given at its making stay. */
    private SegmentHeader header;

    private final SegmentFile file;
    private @Nullable DiskMap map;
    private @Nullable ByteBuffer buffer;

    /** Just after its last entry; guarded by the journal's lock once that is known. */
    private long contentEnd;

    /** Pages before this offset can be written to without a fault; written by the background thread, read under the lock. */
    private volatile int touchedTo;

    JournalSegment(SegmentFile file, SegmentHeader header, long contentEnd) {
        this.file = file;
        this.header = header;
        this.contentEnd = contentEnd;
        this.base = header.base();
        this.bytes = header.bytes();
        this.seed = EntryFormat.seed(header.identity(), header.sequence());
    }

    SegmentHeader header() {
        return header;
    }

    SegmentFile file() {
        return file;
    }

    long base() {
        return base;
    }

    int bytes() {
        return bytes;
    }

    long end() {
        return base + bytes;
    }

    long contentEnd() {
        return contentEnd;
    }

    void endAt(long position) {
        contentEnd = position;
    }

    int touchedTo() {
        return touchedTo;
    }

    boolean fits(int entryBytes) {
        return entryBytes <= bytes - SegmentHeader.PAGE_BYTES;
    }

    /** Puts an entry; its check is computed. */
    void put(int at, int kind, byte[] payload, int offset, int length, int payloadCrc, EntryCheck check) {
        putHeader(at, length, kind, check.of(seed, at, length, kind, payloadCrc));
        mapped().put(at + EntryFormat.HEADER_BYTES, payload, offset, length);
    }

    /** Puts an entry that fills so many bytes, at least {@link EntryFormat#ENTRY_BYTES_MIN}. */
    void pad(int at, int entryBytes, EntryCheck check) {
        int length = entryBytes - EntryFormat.HEADER_BYTES;
        putHeader(at, length, EntryFormat.PADDING, check.of(seed, at, length, EntryFormat.PADDING, 0));
    }

    private void putHeader(int at, int length, int kind, int check) {
        ByteBuffer to = mapped();
        to.putInt(at, length);
        to.putInt(at + 4, check);
        to.putInt(at + 8, kind);
    }

    /** Writes the next header into the map: kept through the end of the process, and forced with what is forced next. */
    void writeHeader(long durable, boolean closed) {
        header = header.next(durable, closed);
        header.write(mapped());
    }

    /** Forces the header and everything up to an offset. */
    void force(int to) throws IOException {
        mappedFile().force(0, to);
    }

    /** Makes some more pages ready to be written to; pages before {@code from} are not needed any more. */
    void touchMore(int from) {
        int start = Math.max(from, touchedTo);
        int end = (int) Math.min((long) start + TOUCH_STEP_BYTES, bytes);
        if (start < end) {
            mappedFile().touch(start, end - start);
            touchedTo = end;
        }
    }

    /** Maps the file, which has all its blocks, and writes and forces the header. */
    void begin(Disk disk) throws IOException {
        map = file.map(disk, bytes);
        buffer = map.buffer();
        header.write(buffer);
        writeHeader(header.durable(), false);
        map.force(0, SegmentHeader.PAGE_BYTES);
        touchMore(0);
    }

    private ByteBuffer mapped() {
        if (buffer == null) {
            throw new IllegalStateException(file.path() + " is not mapped");
        }
        return buffer;
    }

    private DiskMap mappedFile() {
        if (map == null) {
            throw new IllegalStateException(file.path() + " is not mapped");
        }
        return map;
    }
}
