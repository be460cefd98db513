package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.Locale;

/**
 * A data file as it was written.
 *
 * @param size in bytes
 * @param checksum CRC32C of all of it
 */
record DataFile(long size, long checksum) {
    /** Length in the manifest. */
    static final int BYTES = 12;

    /** The name of the file of a number. */
    static String name(int number) {
        return String.format(Locale.ROOT, "data-%05d", number);
    }

    void encode(ByteWriter out) {
        out.u64(size).u32(checksum);
    }

    static DataFile decode(ByteReader in) {
        return new DataFile(in.field("size").u64(), in.field("checksum").u32());
    }
}
