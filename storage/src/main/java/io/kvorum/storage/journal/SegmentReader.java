package io.kvorum.storage.journal;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Reads the entries of one segment file through a window. Nothing in the file is believed. Owned by one thread. */
final class SegmentReader implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 20;

    private final DiskFile file;
    private final long fileBytes;
    private final int seed;
    private final EntryCheck check = new EntryCheck();
    private byte[] window = new byte[WINDOW_BYTES];
    private int windowAt;
    private int windowBytes;

    private int length;
    private int kind;
    private int payloadAt;
    private Fault fault = Fault.NONE;
    private long foundLength;
    private int storedCheck;
    private int computedCheck;

    private enum Fault {
        NONE,
        END,
        LENGTH,
        EMPTY,
        CHECK
    }

    SegmentReader(Disk disk, SegmentFiles.Found segment, int seed) throws IOException {
        this.file = disk.open(segment.path());
        this.fileBytes = segment.fileBytes();
        this.seed = seed;
    }

    /**
     * Reads the entry at an offset.
     *
     * @param limit the entry ends there or before
     * @return false if there is none, and then {@link #fault()} says what there is
     */
    boolean read(int offset, int limit) throws IOException {
        if (limit - offset < EntryFormat.ENTRY_BYTES_MIN || !see(offset, EntryFormat.HEADER_BYTES)) {
            return none(Fault.END);
        }
        ByteReader header = new ByteReader(window, offset - windowAt, EntryFormat.HEADER_BYTES);
        foundLength = header.u32();
        storedCheck = (int) header.u32();
        kind = (int) header.u32();
        if (EntryFormat.HEADER_BYTES + foundLength > limit - offset) {
            return none(Fault.LENGTH);
        }
        length = (int) foundLength;
        boolean padding = EntryFormat.type(kind) == EntryFormat.PADDING;
        if (padding && (length == 0 || EntryFormat.partition(kind) != 0)) {
            return none(Fault.EMPTY);
        }
        if (!padding && !see(offset, EntryFormat.HEADER_BYTES + length)) {
            return none(Fault.END);
        }
        payloadAt = offset - windowAt + EntryFormat.HEADER_BYTES;
        int payloadCrc = padding ? 0 : EntryFormat.payloadCrc(window, payloadAt, length);
        computedCheck = check.of(seed, offset, length, kind, payloadCrc);
        return computedCheck == storedCheck || none(Fault.CHECK);
    }

    private boolean none(Fault why) {
        fault = why;
        return false;
    }

    /** Passes over bytes that are no entry; returns the offset of the next one, or the limit. */
    int nextEntry(int offset, int limit) throws IOException {
        int at = EntryFormat.aligned(offset + 1, EntryFormat.ALIGNMENT);
        while (at < limit && !read(at, limit)) {
            at += EntryFormat.ALIGNMENT;
        }
        return Math.min(at, limit);
    }

    /** Makes the window hold these bytes; false if the file ends before. */
    private boolean see(int offset, int bytes) throws IOException {
        if (offset >= windowAt && offset + bytes <= windowAt + windowBytes) {
            return true;
        }
        if (bytes > fileBytes - offset) {
            return false;
        }
        if (bytes > window.length) {
            window = new byte[bytes];
        }
        windowAt = offset;
        windowBytes = file.read(ByteBuffer.wrap(window), offset);
        return windowBytes >= bytes;
    }

    /** What stands where the last read found no entry. */
    String fault() {
        return switch (fault) {
            case NONE -> "an entry";
            case END -> "the end of the file";
            case LENGTH -> "an entry of " + foundLength + " bytes, more than are left";
            case EMPTY -> "no entry";
            case CHECK ->
                String.format(
                        Locale.ROOT,
                        "an entry of %d bytes with check %08x instead of %08x",
                        foundLength,
                        storedCheck,
                        computedCheck);
        };
    }

    boolean isPadding() {
        return EntryFormat.type(kind) == EntryFormat.PADDING;
    }

    int kind() {
        return kind;
    }

    int length() {
        return length;
    }

    int entryBytes() {
        return EntryFormat.entryBytes(length);
    }

    byte[] array() {
        return window;
    }

    /** Where in {@link #array()} the payload is. */
    int payloadAt() {
        return payloadAt;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
