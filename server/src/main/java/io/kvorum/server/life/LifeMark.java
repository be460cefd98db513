package io.kvorum.server.life;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.util.UUID;

/**
 * What a life of a node leaves among its records, so that data and identity which do not belong together are told.
 *
 * <pre>
 *   u8 format | 16 bytes node | 16 bytes cluster | u64 number | u64 nonce
 * </pre>
 *
 * @param node whose data it is
 * @param cluster of that node
 * @param number of the life, from 1
 * @param nonce drawn for it
 */
record LifeMark(UUID node, UUID cluster, long number, long nonce) {
    /** The name it is kept under in the checkpoint store. */
    static final String NAME = "life";

    private static final int FORMAT = 1;

    byte[] encode() {
        ByteWriter out = new ByteWriter(64);
        out.u8(FORMAT);
        out.u64(node.getMostSignificantBits()).u64(node.getLeastSignificantBits());
        out.u64(cluster.getMostSignificantBits()).u64(cluster.getLeastSignificantBits());
        out.u64(number).u64(nonce);
        return out.toByteArray();
    }

    /** Reads it; throws {@link DecodeException} if it is no such thing. */
    static LifeMark decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int format = in.field("format").u8();
        if (format != FORMAT) {
            throw in.invalid("format", Integer.toString(format), Integer.toString(FORMAT));
        }
        LifeMark mark = new LifeMark(new UUID(in.u64(), in.u64()), new UUID(in.u64(), in.u64()), in.u64(), in.u64());
        in.expectEnd(NAME);
        return mark;
    }
}
