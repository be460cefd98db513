package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import org.jspecify.annotations.Nullable;

/** Bytes that may be absent: one byte says whether they follow. */
final class OptionalBytes {
    private OptionalBytes() {}

    static void write(ByteWriter out, byte @Nullable [] bytes) {
        out.bool(bytes != null);
        if (bytes != null) {
            out.bytes(bytes);
        }
    }

    static byte @Nullable [] read(ByteReader in, int bytesMax) {
        return in.bool() ? in.bytes(bytesMax) : null;
    }
}
