package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks for the records at some positions of one partition. Answer: {@link FetchAnswer}.
 *
 * @param partition the partition
 * @param positions upper halves of positions
 * @param bytesMax about how many bytes of records the answer may hold
 */
public record Fetch(int partition, long[] positions, int bytesMax) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FETCH;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition);
        LongLists.encode(positions, out);
        out.varInt(bytesMax);
    }

    static Fetch decode(ByteReader in) {
        int partition = in.varInt(Limits.PARTITIONS_MAX);
        long[] positions = LongLists.decode(in);
        return new Fetch(partition, positions, in.varInt(Limits.RECORD_BYTES_MAX));
    }
}
