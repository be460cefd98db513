package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks an owner to give partitions up to the sender, or to know that the sender joins the owners of them. Answered once
 * that is in force there.
 *
 * @param partitions which
 * @param steps by place: names the owners and the move as the sender sees them
 */
public record Consent(int[] partitions, long[] steps) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.CONSENT;
    }

    @Override
    public void encode(ByteWriter out) {
        PartitionLists.encode(partitions, out);
        LongLists.encode(steps, out);
    }

    static Consent decode(ByteReader in) {
        int[] partitions = PartitionLists.decode(in, Long.BYTES);
        return new Consent(partitions, LongLists.decode(in, "steps", partitions.length));
    }
}
