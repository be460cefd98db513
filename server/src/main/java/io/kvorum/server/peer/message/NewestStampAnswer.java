package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link NewestStamp}.
 *
 * @param stamp the newest that the sender's clock has issued or that any of its records has or had
 */
public record NewestStampAnswer(long stamp) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.NEWEST_STAMP_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(stamp);
    }

    static NewestStampAnswer decode(ByteReader in) {
        return new NewestStampAnswer(in.u64());
    }
}
