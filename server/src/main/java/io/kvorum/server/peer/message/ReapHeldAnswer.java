package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link ReapHeld}.
 *
 * @param acceptsFromMillis the answerer refuses frames with records that are older than this by their clock, from now on
 * @param heldUntilMillis when the last hint for the partition came or went, by the answerer's hybrid clock; 0 if there was none
 * @param held whether it keeps a hint for the partition, or cannot say
 */
public record ReapHeldAnswer(long acceptsFromMillis, long heldUntilMillis, boolean held) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_HELD_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varLong(acceptsFromMillis).varLong(heldUntilMillis).bool(held);
    }

    static ReapHeldAnswer decode(ByteReader in) {
        return new ReapHeldAnswer(in.varLong(), in.varLong(), in.bool());
    }
}
