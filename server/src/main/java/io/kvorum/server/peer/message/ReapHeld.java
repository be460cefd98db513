package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks a member whether it keeps a hint for a partition. Answer: {@link ReapHeldAnswer}.
 *
 * @param partition the partition
 */
public record ReapHeld(int partition) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_HELD;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition);
    }

    static ReapHeld decode(ByteReader in) {
        return new ReapHeld(in.varInt(Limits.PARTITIONS_MAX));
    }
}
