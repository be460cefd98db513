package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * Asks for the number of live keys in some partitions.
 *
 * @param partitions the partitions, one bit each
 */
public record Count(BitSet partitions) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.COUNT;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bytes(partitions.toByteArray());
    }

    static Count decode(ByteReader in) {
        return new Count(BitSet.valueOf(in.bytes(Limits.PARTITIONS_MAX / 8)));
    }
}
