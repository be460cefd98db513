package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Probe}. Carries nothing.
 */
public record ProbeAnswer() implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.PROBE_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {}

    static ProbeAnswer decode(ByteReader in) {
        return new ProbeAnswer();
    }
}
