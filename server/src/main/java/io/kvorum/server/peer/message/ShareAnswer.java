package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Share}.
 *
 * @param percent of its time, 1 to 100
 */
public record ShareAnswer(int percent) implements PeerMessage {
    /** Refuses a share that is none. */
    public ShareAnswer {
        Percent.checkShare(percent);
    }

    @Override
    public MessageType type() {
        return MessageType.SHARE_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(percent);
    }

    static ShareAnswer decode(ByteReader in) {
        return new ShareAnswer(Percent.decodeShare(in, "percent"));
    }
}
