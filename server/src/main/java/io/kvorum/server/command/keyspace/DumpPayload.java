package io.kvorum.server.command.keyspace;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What DUMP returns and RESTORE takes: a value and the flags of a memcached client, but not when it ends, nor which versions
 * there are of it. docs/redis-commands.md has the table of bytes.
 */
sealed interface DumpPayload {
    /** A value to be written; its bytes lie in the payload that was read. */
    record Content(int clientFlags, byte[] array, int offset, int length) implements DumpPayload {}

    /** Why there is none; the text is Redis's. */
    enum Refusal implements DumpPayload {
        /** It is of another program or version, or was changed on its way. */
        FOREIGN("ERR DUMP payload version or checksum are wrong"),
        /** It is ours and whole, and nothing that we write. */
        MALFORMED("ERR Bad data format");

        private final String error;

        Refusal(String error) {
            this.error = error;
        }

        String error() {
            return error;
        }
    }

    /** Makes and reads payloads. Stateless. */
    final class Codec {
        private static final byte[] MAGIC = "KVDUMP".getBytes(StandardCharsets.US_ASCII);
        private static final int VERSION = 1;
        private static final int HEAD_BYTES = MAGIC.length + 1;
        private static final int CHECKSUM_BYTES = Integer.BYTES;
        private static final int LENGTHS_BYTES_MAX = 10;

        private Codec() {}

        static byte[] encode(int clientFlags, byte[] array, int offset, int length) {
            ByteWriter out = new ByteWriter(HEAD_BYTES + LENGTHS_BYTES_MAX + length + CHECKSUM_BYTES)
                    .raw(MAGIC)
                    .u8(VERSION)
                    .varInt(clientFlags)
                    .bytes(array, offset, length);
            return out.u32(checksum(out.array(), 0, out.size())).toByteArray();
        }

        static DumpPayload decode(byte[] array, int offset, int length) {
            int bodyLength = length - CHECKSUM_BYTES;
            if (bodyLength < HEAD_BYTES
                    || !Arrays.equals(array, offset, offset + MAGIC.length, MAGIC, 0, MAGIC.length)
                    || array[offset + MAGIC.length] != VERSION
                    || new ByteReader(array, offset + bodyLength, CHECKSUM_BYTES).u32()
                            != checksum(array, offset, bodyLength)) {
                return Refusal.FOREIGN;
            }
            try {
                ByteReader in = new ByteReader(array, offset + HEAD_BYTES, bodyLength - HEAD_BYTES);
                int clientFlags = in.varInt();
                int valueLength = in.length(Integer.MAX_VALUE);
                int valueAt = in.position();
                in.skip(valueLength).expectEnd("DUMP payload");
                return new Content(clientFlags, array, valueAt, valueLength);
            } catch (DecodeException malformed) {
                return Refusal.MALFORMED;
            }
        }

        private static long checksum(byte[] array, int offset, int length) {
            CRC32C crc = new CRC32C();
            crc.update(array, offset, length);
            return crc.getValue();
        }
    }
}
