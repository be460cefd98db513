package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Leaves}.
 *
 * @param sums of the leaves from the first that was asked for on; none if there are none, or the node is no owner
 */
public record LeavesAnswer(long[] sums) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.LEAVES_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        LongLists.encode(sums, out);
    }

    static LeavesAnswer decode(ByteReader in) {
        return new LeavesAnswer(LongLists.decode(in));
    }
}
