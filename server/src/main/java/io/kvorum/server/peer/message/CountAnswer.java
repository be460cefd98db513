package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Count}.
 *
 * @param keys the number of keys
 */
public record CountAnswer(long keys) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.COUNT_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varLong(keys);
    }

    static CountAnswer decode(ByteReader in) {
        return new CountAnswer(in.varLong());
    }
}
