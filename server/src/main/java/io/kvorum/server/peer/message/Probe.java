package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks a silent member whether it answers. Carries nothing.
 */
public record Probe() implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.PROBE;
    }

    @Override
    public void encode(ByteWriter out) {}

    static Probe decode(ByteReader in) {
        return new Probe();
    }
}
