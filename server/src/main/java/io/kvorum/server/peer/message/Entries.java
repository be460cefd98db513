package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks what lies below some leaves of one partition's Merkle tree. Answer: {@link EntriesAnswer}.
 *
 * @param partition the partition
 * @param leaves which, ascending
 */
public record Entries(int partition, int[] leaves) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.ENTRIES;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition).varInt(leaves.length);
        for (int leaf : leaves) {
            out.varInt(leaf);
        }
    }

    static Entries decode(ByteReader in) {
        int partition = in.varInt(Limits.PARTITIONS_MAX);
        int[] leaves = new int[in.count(Limits.LEAVES_MAX, 1)];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = in.varInt(Limits.LEAVES_MAX);
        }
        return new Entries(partition, leaves);
    }
}
