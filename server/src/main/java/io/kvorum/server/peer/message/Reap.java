package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Tells another owner to reap the records at some positions, or to truncate their vectors, if they still are the ones that
 * all owners agreed upon ({@link ReapAgree}). Answer: {@link Reaped}.
 *
 * @param partition the partition
 * @param staleBeforeMillis refused while the receiver would take frames with records that are older than this: they may be from
 *     before the agreement
 * @param deadBeforeMillis whole records go, all of whose siblings were dead before this; of others, vector entries that are
 *     older
 * @param positions upper halves of positions
 * @param hashes of the records there, in the same order
 */
public record Reap(int partition, long staleBeforeMillis, long deadBeforeMillis, long[] positions, long[] hashes)
        implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP;
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(partition).varLong(staleBeforeMillis).varLong(deadBeforeMillis);
        LongLists.encode(positions, out);
        LongLists.encode(hashes, out);
    }

    static Reap decode(ByteReader in) {
        int partition = in.varInt(Limits.PARTITIONS_MAX);
        long staleBeforeMillis = in.varLong();
        long deadBeforeMillis = in.varLong();
        long[] positions = LongLists.decode(in);
        return new Reap(
                partition,
                staleBeforeMillis,
                deadBeforeMillis,
                positions,
                LongLists.decode(in, "hashes", positions.length));
    }
}
