package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks another owner whether its copy has these very records at some positions: records that are to be reaped, or
 * whose vectors are to be truncated. Nothing is changed. Answer: {@link ReapAgreed}.
 *
 * @param partition the partition
 * @param positions upper halves of positions
 * @param hashes of the asker's records there, in the same order
 */
public record ReapAgree(int partition, long[] positions, long[] hashes) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_AGREE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition);
        LongLists.encode(positions, out);
        LongLists.encode(hashes, out);
    }

    static ReapAgree decode(ByteReader in) {
        int partition = in.varInt(Limits.PARTITIONS_MAX);
        long[] positions = LongLists.decode(in);
        return new ReapAgree(partition, positions, LongLists.decode(in, "hashes", positions.length));
    }
}
