package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Join}: the newcomer is a member now, and this is the cluster's history, its joining included.
 *
 * @param history the events as the history encodes them, opaque here
 */
public record JoinAnswer(byte[] history) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.JOIN_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bytes(history);
    }

    static JoinAnswer decode(ByteReader in) {
        return new JoinAnswer(in.bytes(Limits.EVENTS_BYTES_MAX));
    }
}
