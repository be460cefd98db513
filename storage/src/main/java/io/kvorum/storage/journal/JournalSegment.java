package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One segment: where its entries stand, and the file that they are written to. Owned by the background thread but for
 * what does not change, where its content ends, and the writing of entries.
 */
final class JournalSegment {
    static final long OPEN_ENDED = Long.MAX_VALUE;

    private final long base;
    private final int bytes;
    private final int seed;
    private final SegmentFile file;
    private SegmentHeader header;
    private @Nullable DiskFile open;

    /** Just after its last entry; guarded by the journal's lock once that is known. */
    private long contentEnd;

    /** Where in the file the padding that ended it need not be written any more; guarded by the journal's lock. */
    private int fillEnd = Integer.MAX_VALUE;

    /** Entries before this offset are in the file; the writer's. */
    private int writtenTo = SegmentHeader.PAGE_BYTES;

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

    /** Goes into the check of each entry. */
    int seed() {
        return seed;
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

    /** Says where the padding that fills it up begins. */
    void fillFrom(int offset) {
        fillEnd = offset + EntryFormat.PADDING_BYTES;
    }

    /** What has to be in the file of so many bytes. */
    int neededOf(int offset) {
        return Math.min(offset, fillEnd);
    }

    boolean fits(int entryBytes) {
        return entryBytes <= bytes - SegmentHeader.PAGE_BYTES;
    }

    /** Writes entries up to an offset to the file, or a part of them; returns whether that was all. */
    boolean write(Staging from, int to, int bytesMax) throws IOException {
        int some = Math.min(to - writtenTo, bytesMax);
        if (some > 0) {
            from.writeTo(opened(), writtenTo, base + writtenTo, some);
            writtenTo += some;
        }
        return writtenTo >= to;
    }

    /** The position up to which entries are in the file. */
    long written() {
        return base + writtenTo;
    }

    void force() throws IOException {
        opened().force();
    }

    /** Writes the header that says where the journal was closed, and forces it. */
    void close(long durable) throws IOException {
        writeHeader(durable, true);
        force();
    }

    private void writeHeader(long durable, boolean closed) throws IOException {
        header = header.next(durable, closed);
        byte[] page = new byte[SegmentHeader.PAGE_BYTES];
        header.write(ByteBuffer.wrap(page));
        int at = SegmentHeader.slotAt(header.generation());
        opened().write(ByteBuffer.wrap(page, at, SegmentHeader.SLOT_BYTES), at);
    }

    /** Opens the file, which has all its blocks, and writes and forces the header. */
    void begin(Disk disk) throws IOException {
        DiskFile opening = file.file(disk);
        byte[] page = new byte[SegmentHeader.PAGE_BYTES];
        header.write(ByteBuffer.wrap(page));
        header = header.next(header.durable(), false);
        header.write(ByteBuffer.wrap(page));
        opening.write(ByteBuffer.wrap(page), 0);
        opening.force();
        open = opening;
    }

    private DiskFile opened() {
        if (open == null) {
            throw new IllegalStateException(file.path() + " is not open");
        }
        return open;
    }
}
