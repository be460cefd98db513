package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks for the newest stamp that a member knows of, before a FLUSHALL: what is to be gone must not be newer than the flush.
 */
public record NewestStamp() implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.NEWEST_STAMP;
    }

    @Override
    public void encode(ByteWriter out) {}

    static NewestStamp decode(ByteReader in) {
        return new NewestStamp();
    }
}
