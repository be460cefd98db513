package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.UUID;

/** 128-bit identities: 16 bytes, big-endian. */
final class Uuids {
    private Uuids() {}

    static void write(ByteWriter out, UUID uuid) {
        out.u64(uuid.getMostSignificantBits()).u64(uuid.getLeastSignificantBits());
    }

    static UUID read(ByteReader in) {
        return new UUID(in.u64(), in.u64());
    }
}
