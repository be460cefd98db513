package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to a request that the receiver could not take, or failed over: it may have been done in part.
 *
 * @param reason what was wrong, for the log
 */
public record Refusal(String reason) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REFUSAL;
    }

    @Override
    public void encode(ByteWriter out) {
        out.utf8(reason);
    }

    static Refusal decode(ByteReader in) {
        return new Refusal(in.utf8(Limits.TEXT_BYTES_MAX));
    }
}
