package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Reap}.
 *
 * @param done whether none of the records is there any more as it was; else some are, and it may be asked again
 */
public record Reaped(boolean done) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAPED;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bool(done);
    }

    static Reaped decode(ByteReader in) {
        return new Reaped(in.bool());
    }
}
