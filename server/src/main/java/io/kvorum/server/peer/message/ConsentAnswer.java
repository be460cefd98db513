package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Consent}: those of the partitions to which the owner consents. Of the others it sees the owners or the
 * move differently, or has not all of the data now.
 *
 * @param bootId the life of the owner that this is about; see {@link Hello#bootId}
 * @param partitions which, in the order of the question
 * @param roots by place: the root sum of the owner's copy since
 */
public record ConsentAnswer(long bootId, int[] partitions, long[] roots) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.CONSENT_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(bootId);
        PartitionLists.encode(partitions, out);
        LongLists.encode(roots, out);
    }

    static ConsentAnswer decode(ByteReader in) {
        long bootId = in.u64();
        int[] partitions = PartitionLists.decode(in, Long.BYTES);
        return new ConsentAnswer(bootId, partitions, LongLists.decode(in, "roots", partitions.length));
    }
}
