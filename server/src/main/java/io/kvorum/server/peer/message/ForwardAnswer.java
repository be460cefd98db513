package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Forward}.
 *
 * @param attempted false if the node did nothing, because it may not coordinate the key or sees too few others: another
 *     may be asked
 * @param reply the reply for the client, in RESP; if nothing was attempted, the error to give if nobody else can
 */
public record ForwardAnswer(boolean attempted, byte[] reply) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FORWARD_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bool(attempted).bytes(reply);
    }

    static ForwardAnswer decode(ByteReader in) {
        return new ForwardAnswer(in.bool(), in.bytes(Limits.RECORD_BYTES_MAX));
    }
}
