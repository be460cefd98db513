package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks for the records of a partition, in chunks by table hash, to merge them into a copy that may have forgotten some.
 *
 * @param partition the partition
 * @param fromHash where to begin, unsigned 32 bits
 * @param knownSum the asker's root sum of the partition: if equal there is nothing to send
 * @param bytesMax about how many bytes of records the answer may hold
 */
public record Pull(int partition, long fromHash, long knownSum, int bytesMax) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.PULL;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition).varLong(fromHash).u64(knownSum).varInt(bytesMax);
    }

    static Pull decode(ByteReader in) {
        return new Pull(in.varInt(Limits.PARTITIONS_MAX), in.varLong(), in.u64(), in.varInt(Limits.RECORD_BYTES_MAX));
    }
}
