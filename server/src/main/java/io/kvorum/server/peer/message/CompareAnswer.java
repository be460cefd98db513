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
        out.varInt(partitions.length);
        for (int partition : partitions) {
            out.varInt(partition);
        }
        LongLists.encode(roots, out);
    }

    static CompareAnswer decode(ByteReader in) {
        int count = in.count(Limits.PARTITIONS_MAX, 1 + Long.BYTES);
        int[] partitions = new int[count];
        for (int i = 0; i < count; i++) {
            partitions[i] = in.varInt(Limits.PARTITIONS_MAX);
        }
        return new CompareAnswer(partitions, LongLists.decode(in, "roots", count));
    }
}
