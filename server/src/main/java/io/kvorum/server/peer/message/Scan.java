package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks an owner for some keys of a partition, in the order of their table hashes.
 *
 * @param partition the partition
 * @param fromHash the first table hash, unsigned 32 bits
 * @param count about how many keys
 */
public record Scan(int partition, long fromHash, int count) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.SCAN;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition).varLong(fromHash).varInt(count);
    }

    static Scan decode(ByteReader in) {
        return new Scan(in.varInt(Limits.PARTITIONS_MAX), in.varLong(), in.varInt(Limits.RECORDS_MAX));
    }
}
