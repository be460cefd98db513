package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks whether the copies that both nodes own are equal, which at rest is all that anti-entropy ever sends.
 *
 * @param digest of the root sums of those that both have settled: {@link io.kvorum.server.repair.Sums#digest}
 */
public record Compare(long digest) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.COMPARE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(digest);
    }

    static Compare decode(ByteReader in) {
        return new Compare(in.u64());
    }
}
