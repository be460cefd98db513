package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Entries}: of as many of the leaves, from the first on, as were looked at, what is below each.
 *
 * @param counts how many entries each of these leaves has; none at all if the node is no owner
 * @param positions of the entries, upper halves, leaf after leaf
 * @param hashes of the records at these positions
 */
public record EntriesAnswer(int[] counts, long[] positions, long[] hashes) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.ENTRIES_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(counts.length);
        for (int count : counts) {
            out.varInt(count);
        }
        LongLists.encode(positions, out);
        LongLists.encode(hashes, out);
    }

    static EntriesAnswer decode(ByteReader in) {
        int[] counts = new int[in.count(Limits.LEAVES_MAX, 1)];
        long entries = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.varInt(Integer.MAX_VALUE);
            entries += counts[i];
        }
        return new EntriesAnswer(
                counts, LongLists.decode(in, "positions", entries), LongLists.decode(in, "hashes", entries));
    }
}
