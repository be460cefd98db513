package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Compare}: nothing where the digests are equal.
 *
 * @param partitions what both nodes own and have settled, as the answering node knows it, ascending
 * @param roots their root sums, in the same order
 */
public record CompareAnswer(int[] partitions, long[] roots) implements PeerMessage {
    /** The digests are equal. */
    public static final CompareAnswer EQUAL = new CompareAnswer(new int[0], new long[0]);

    @Override
    public MessageType type() {
        return MessageType.COMPARE_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        PartitionLists.encode(partitions, out);
        LongLists.encode(roots, out);
    }

    static CompareAnswer decode(ByteReader in) {
        int[] partitions = PartitionLists.decode(in, Long.BYTES);
        return new CompareAnswer(partitions, LongLists.decode(in, "roots", partitions.length));
    }
}
