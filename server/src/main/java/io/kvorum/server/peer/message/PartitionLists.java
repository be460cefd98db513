package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/** Lists of partitions in messages: their number, then each. */
final class PartitionLists {
    private PartitionLists() {}

    static void encode(int[] partitions, ByteWriter out) {
        out.varInt(partitions.length);
        for (int partition : partitions) {
            out.varInt(partition);
        }
    }

    /**
     * Reads a list.
     *
     * @param bytesEach how many more bytes the message has for each of them at least
     */
    static int[] decode(ByteReader in, int bytesEach) {
        int count = in.count(Limits.PARTITIONS_MAX, 1 + bytesEach);
        int[] partitions = new int[count];
        for (int i = 0; i < count; i++) {
            partitions[i] = in.varInt(Limits.PARTITIONS_MAX);
        }
        return partitions;
    }
}
