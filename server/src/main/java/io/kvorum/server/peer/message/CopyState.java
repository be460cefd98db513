package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * Tells which of the sender's partition copies may have forgotten events; sent at connect and whenever it changes.
 *
 * @param version grows with each change in one life of the sender
 * @param unsettled the partitions, one bit each
 */
public record CopyState(long version, BitSet unsettled) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.COPY_STATE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varLong(version).bytes(unsettled.toByteArray());
    }

    static CopyState decode(ByteReader in) {
        return new CopyState(in.varLong(), BitSet.valueOf(in.bytes(Limits.PARTITIONS_MAX / 8)));
    }
}
