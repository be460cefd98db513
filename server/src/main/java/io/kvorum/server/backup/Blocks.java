package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The parts of a data file.
 *
 * <pre>
 *   file    = header | block*
 *   header  = u32 "KVBD" | u8 format | u32 number of the file | 16 bytes backup id | u32 CRC32C of all before
 *   block   = u32 length of what follows the checksum | u32 CRC32C of length and what follows
 *             | u16 partition | u32 records | records × (u32 length | record)
 * </pre>
 *
 * <p>The header names the backup, so that a file of another one is told.
 */
final class Blocks {
    static final int FORMAT = 1;
    static final int HEADER_BYTES = 29;

    /** Before a block's content: length and checksum. */
    static final int PREFIX_BYTES = 8;

    /** Of a block's content, before its records: partition and count. */
    static final int HEAD_BYTES = 6;

    private static final long MAGIC = 0x4B564244L;

    private Blocks() {}

    static byte[] header(int number, UUID backup) {
        ByteWriter out = new ByteWriter(HEADER_BYTES);
        out.u32(MAGIC).u8(FORMAT).u32(number);
        out.u64(backup.getMostSignificantBits()).u64(backup.getLeastSignificantBits());
        out.u32(checksum(out.array(), 0, out.size()));
        return out.toByteArray();
    }

    /** Refuses what is no header of this file; throws {@link DecodeException}. */
    static void checkHeader(byte[] header, int number, UUID backup) {
        ByteReader in = new ByteReader(header);
        long magic = in.field("magic").u32();
        if (magic != MAGIC) {
            throw in.invalid("magic", Long.toHexString(magic), Long.toHexString(MAGIC));
        }
        int format = in.field("format").u8();
        if (format != FORMAT) {
            throw in.invalid("format", Integer.toString(format), Integer.toString(FORMAT));
        }
        long found = in.field("number").u32();
        UUID id = new UUID(in.u64(), in.u64());
        long sum = in.field("checksum").u32();
        long expected = checksum(header, 0, HEADER_BYTES - 4);
        if (sum != expected) {
            throw in.invalid("checksum", Long.toHexString(sum), Long.toHexString(expected));
        }
        if (found != number || !id.equals(backup)) {
            throw in.invalid(
                    "file", "number " + found + " of backup " + id, "number " + number + " of backup " + backup);
        }
    }

    static long checksum(byte[] array, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(array, offset, length);
        return crc.getValue();
    }

    /** Of a block: its length as it stands there, then its content. */
    static long checksum(byte[] prefix, byte[] content, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(prefix, 0, 4);
        crc.update(content, offset, length);
        return crc.getValue();
    }
}
