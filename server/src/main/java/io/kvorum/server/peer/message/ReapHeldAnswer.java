package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link ReapHeld}.
 *
 * @param clock the answerer's hybrid clock, read before it looked
 * @param held whether it keeps a hint for the partition, or cannot say
 */
public record ReapHeldAnswer(long clock, boolean held) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_HELD_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(clock).bool(held);
    }

    static ReapHeldAnswer decode(ByteReader in) {
        return new ReapHeldAnswer(in.u64(), in.bool());
    }
}
