package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks for the sums of leaves of one partition's Merkle tree. Answer: {@link LeavesAnswer}.
 *
 * @param partition the partition
 * @param first the first leaf that is wanted
 * @param count how many, at most
 */
public record Leaves(int partition, int first, int count) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.LEAVES;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition).varInt(first).varInt(count);
    }

    static Leaves decode(ByteReader in) {
        return new Leaves(in.varInt(Limits.PARTITIONS_MAX), in.varInt(Limits.LEAVES_MAX), in.varInt(Limits.LEAVES_MAX));
    }
}
