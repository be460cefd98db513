package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * Tells which of the sender's partition copies may have forgotten events; sent at connect and whenever it changes.
 *
 * @param bootId the life of the sender that this is about; see {@link Hello#bootId}
 * @param version grows with each change in one life of the sender
 * @param unsettled the partitions, one bit each
 */
public record CopyState(long bootId, long version, BitSet unsettled) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.COPY_STATE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(bootId).varLong(version).bytes(unsettled.toByteArray());
    }

    static CopyState decode(ByteReader in) {
        return new CopyState(in.u64(), in.varLong(), BitSet.valueOf(in.bytes(Limits.PARTITIONS_MAX / 8)));
    }
}
