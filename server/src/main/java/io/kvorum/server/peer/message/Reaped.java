package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * The answer to {@link Reap}.
 *
 * @param done one bit for each position: whether the record is there no more as it was; of others it may be asked again
 */
public record Reaped(BitSet done) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAPED;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bytes(done.toByteArray());
    }

    static Reaped decode(ByteReader in) {
        return new Reaped(BitSet.valueOf(in.bytes(Limits.RECORDS_MAX / 8)));
    }
}
