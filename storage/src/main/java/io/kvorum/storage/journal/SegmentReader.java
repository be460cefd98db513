package io.kvorum.storage.journal;

import io.kvorum.codec.binary.ByteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Reads the entries of one segment through a window. Nothing that is there is believed. Owned by one thread. */
final class SegmentReader {
    private static final int WINDOW_BYTES = 1 << 20;

    private final Source source;
    private final long sourceBytes;
    private final int seed;
    private final EntryCheck check = new EntryCheck();
    private byte[] window = new byte[WINDOW_BYTES];
    private int windowAt;
    private int windowBytes;

    private int length;
    private int kind;
    private int payloadAt;
    private long noted;
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

    /** Where the bytes of a segment come from. */
    interface Source {
        /** Fills the buffer from an offset of the segment on; returns how many bytes there were. */
        int read(ByteBuffer into, long offset) throws IOException;
    }

    SegmentReader(Source source, long sourceBytes, int seed) {
        this.source = source;
        this.sourceBytes = sourceBytes;
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
        boolean padding = isPadding();
        if (padding && (length < Long.BYTES || EntryFormat.partition(kind) != 0)) {
            return none(Fault.EMPTY);
        }
        if (!see(offset, EntryFormat.HEADER_BYTES + (padding ? Long.BYTES : length))) {
            return none(Fault.END);
        }
        payloadAt = offset - windowAt + EntryFormat.HEADER_BYTES;
        if (padding) {
            noted = new ByteReader(window, payloadAt, Long.BYTES).u64();
            computedCheck = check.ofPadding(seed, offset, length, noted);
        } else {
            int payloadCrc = EntryFormat.payloadCrc(window, payloadAt, length);
            computedCheck = check.of(seed, offset, length, kind, payloadCrc);
        }
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

    /** The largest position that a padding from an offset on says is durable; 0 if there is none. */
    long durableNoted(int from, int limit) throws IOException {
        long largest = 0;
        for (int at = from; limit - at >= EntryFormat.ENTRY_BYTES_MIN; at += EntryFormat.ALIGNMENT) {
            if (!see(at, EntryFormat.HEADER_BYTES)) {
                return largest;
            }
            if (looksLikePadding(at - windowAt) && read(at, limit)) {
                largest = Math.max(largest, noted);
            }
        }
        return largest;
    }

    private boolean looksLikePadding(int at) {
        return window[at + 8] == EntryFormat.PADDING
                && window[at + 9] == 0
                && window[at + 10] == 0
                && window[at + 11] == 0
                && (window[at + 3] | window[at + 2] | window[at + 1]) != 0;
    }

    /** Makes the window hold these bytes; false if the file ends before. */
    private boolean see(int offset, int bytes) throws IOException {
        if (offset >= windowAt && offset + bytes <= windowAt + windowBytes) {
            return true;
        }
        if (bytes > sourceBytes - offset) {
            return false;
        }
        if (bytes > window.length) {
            window = new byte[bytes];
        }
        windowAt = offset;
        windowBytes = source.read(ByteBuffer.wrap(window), offset);
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

    /** What of the entry counts, from its start on: no padding's filling. */
    ByteBuffer content() {
        int bytes = isPadding() ? EntryFormat.PADDING_BYTES : EntryFormat.HEADER_BYTES + length;
        return ByteBuffer.wrap(window, payloadAt - EntryFormat.HEADER_BYTES, bytes);
    }

    /** Up to where a padding says that everything is durable. */
    long noted() {
        return noted;
    }
}
