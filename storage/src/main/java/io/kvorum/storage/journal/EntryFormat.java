package io.kvorum.storage.journal;

import io.kvorum.codec.binary.ByteWriter;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of an entry: payload length (4), check (4), type (1), partition (3), payload, and bytes that mean nothing up
 * to a multiple of 8, 24 bytes at least. Offsets are those of the segment file.
 */
final class EntryFormat {
    static final int PAGE_BYTES = 4096;
    static final int ALIGNMENT = 8;
    static final int HEADER_BYTES = 12;

    /** Fewer bytes than this at the end of a segment stay unused. */
    static final int ENTRY_BYTES_MIN = 24;

    /** An entry that fills space: its payload is a durable position (8), and then whatever was there. */
    static final int PADDING = 0;

    /** What of a padding counts. */
    static final int PADDING_BYTES = HEADER_BYTES + Long.BYTES;

    static final int TYPE_MAX = 0xFF;
    static final int PARTITION_MAX = 0xFF_FFFF;

    private EntryFormat() {}

    static int entryBytes(int payloadLength) {
        return Math.max(ENTRY_BYTES_MIN, aligned(HEADER_BYTES + payloadLength, ALIGNMENT));
    }

    /** The segment that an entry needs which fits into no smaller one. */
    static int segmentBytesFor(int entryBytes) {
        return aligned(SegmentHeader.PAGE_BYTES + entryBytes, PAGE_BYTES);
    }

    static int kind(int type, int partition) {
        return type << 24 | partition;
    }

    static int type(int kind) {
        return kind >>> 24;
    }

    static int partition(int kind) {
        return kind & PARTITION_MAX;
    }

    static int payloadCrc(byte[] payload, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(payload, offset, length);
        return (int) crc.getValue();
    }

    /** Goes into the check of every entry of a segment, so that one of another journal or sequence is never taken. */
    static int seed(UUID identity, long sequence) {
        ByteWriter bytes = new ByteWriter(24);
        bytes.u64(identity.getMostSignificantBits())
                .u64(identity.getLeastSignificantBits())
                .u64(sequence);
        return payloadCrc(bytes.array(), 0, bytes.size());
    }

    static int aligned(int bytes, int multiple) {
        return (bytes + multiple - 1) & -multiple;
    }

    static long aligned(long bytes, int multiple) {
        return (bytes + multiple - 1) & -multiple;
    }
}
