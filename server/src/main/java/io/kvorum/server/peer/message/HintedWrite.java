package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;

/**
 * Hands a fallback a whole record to keep for an owner that is away (Dynamo §4.6). Answered with {@link WriteAnswer}: merged
 * means kept with a hint, no owner means that the receiver is no fallback of the partition.
 *
 * @param positionHigh upper half of the key's position
 * @param positionLow lower half of the key's position
 * @param target the owner that it is for
 * @param record the record, with its key
 * @param durable whether the answer must wait until it is on disk
 */
public record HintedWrite(long positionHigh, long positionLow, NodeId target, byte[] record, boolean durable)
        implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.HINTED_WRITE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(positionHigh).u64(positionLow);
        Uuids.write(out, target.uuid());
        out.bytes(record).bool(durable);
    }

    static HintedWrite decode(ByteReader in) {
        return new HintedWrite(
                in.u64(), in.u64(), new NodeId(Uuids.read(in)), in.bytes(Limits.RECORD_BYTES_MAX), in.bool());
    }
}
