package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to {@link Pull}.
 *
 * @param nextHash where the next chunk begins; -1 if this was the last, or the sums were equal; -2 if the node is no owner
 * @param sharePercent the share of its time, 1 to 100, that the node's clients leave for what others take over: who asks
 *     does not see how they fare
 * @param records whole records
 */
public record PullAnswer(long nextHash, int sharePercent, List<byte[]> records) implements PeerMessage {
    /** Refuses a share that is none. */
    public PullAnswer {
        Percent.checkShare(sharePercent);
    }

    @Override
    public MessageType type() {
        return MessageType.PULL_ANSWER;
    }

    @Override
    public boolean carriesRecords() {
        return !records.isEmpty();
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(nextHash).u8(sharePercent).varInt(records.size());
        for (byte[] entry : records) {
            out.bytes(entry);
        }
    }

    static PullAnswer decode(ByteReader in) {
        long nextHash = in.u64();
        int sharePercent = Percent.decodeShare(in, "sharePercent");
        int count = in.varInt(Limits.RECORDS_MAX);
        List<byte[]> records = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            records.add(in.bytes(Limits.RECORD_BYTES_MAX));
        }
        return new PullAnswer(nextHash, sharePercent, records);
    }

    /** Value of nextHash: nothing is left to pull. */
    public static final long END = -1;

    /** Value of nextHash: the node is no owner of the partition. */
    public static final long NOT_OWNER = -2;
}
