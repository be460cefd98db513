package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Forward}.
 *
 * @param attempted false if the node did nothing, because it may not coordinate the key or sees too few others: another
 *     may be asked
 * @param reply the reply for the client, in RESP; if nothing was attempted, the error to give if nobody else can
 * @param seen what the connection's session has seen of the key now, as a context's text; null if no more than before
 */
public record ForwardAnswer(boolean attempted, byte[] reply, byte @Nullable [] seen) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FORWARD_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.bool(attempted).bytes(reply);
        OptionalBytes.write(out, seen);
    }

    static ForwardAnswer decode(ByteReader in) {
        return new ForwardAnswer(
                in.bool(), in.bytes(Limits.RECORD_BYTES_MAX), OptionalBytes.read(in, Limits.RECORD_BYTES_MAX));
    }
}
