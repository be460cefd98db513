package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Hands an owner a whole record to merge: a replica of a write, or a repair.
 *
 * @param positionHigh upper half of the key's position
 * @param positionLow lower half of the key's position
 * @param record the record, with its key
 * @param durable whether the answer must wait until the record is on disk
 */
public record Write(long positionHigh, long positionLow, byte[] record, boolean durable) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.WRITE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(positionHigh).u64(positionLow).bytes(record).bool(durable);
    }

    static Write decode(ByteReader in) {
        return new Write(in.u64(), in.u64(), in.bytes(Limits.RECORD_BYTES_MAX), in.bool());
    }
}
