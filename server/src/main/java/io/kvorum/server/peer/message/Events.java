package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Hands over membership events that must not wait for a gossip round, such as FLUSHALL. The receiver answers when it has
 * persisted them and acted on them.
 *
 * @param events the events as the history encodes them, opaque here
 */
public record Events(byte[] events) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.EVENTS;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bytes(events);
    }

    static Events decode(ByteReader in) {
        return new Events(in.bytes(Limits.EVENTS_BYTES_MAX));
    }
}
