package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Proves that the sender knows the cluster secret, without showing it: a MAC over both hellos. The side that connected
 * proves itself first; the other side's proof is the end of the handshake.
 *
 * @param mac HMAC-SHA256, see docs/peer-protocol.md
 */
public record Proof(byte[] mac) implements PeerMessage {
    /** The number of bytes of {@link #mac}. */
    public static final int MAC_BYTES = 32;

    @Override
    public MessageType type() {
        return MessageType.PROOF;
    }

    @Override
    public void encode(ByteWriter out) {
        out.raw(mac);
    }

    static Proof decode(ByteReader in) {
        return new Proof(in.raw(MAC_BYTES));
    }
}
