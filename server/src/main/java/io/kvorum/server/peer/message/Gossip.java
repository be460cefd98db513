package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Carries one message of the ring's gossip, opaque here.
 *
 * @param payload the message as the gossiper encodes it
 */
public record Gossip(byte[] payload) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.GOSSIP;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bytes(payload);
    }

    static Gossip decode(ByteReader in) {
        return new Gossip(in.bytes(Limits.RECORD_BYTES_MAX));
    }
}
