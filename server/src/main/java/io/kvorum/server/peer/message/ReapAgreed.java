package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * The answer to {@link ReapAgree}.
 *
 * @param clock the answerer's hybrid clock, read after it looked
 * @param same one bit for each position: whether the record there is the asker's
 * @param none one bit for each position: whether there is none. No bit in either if the answerer is no owner, has not settled
 *     its copy, or lets records go for want of memory
 */
public record ReapAgreed(long clock, BitSet same, BitSet none) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_AGREED;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(clock).bytes(same.toByteArray()).bytes(none.toByteArray());
    }

    static ReapAgreed decode(ByteReader in) {
        long clock = in.u64();
        BitSet same = BitSet.valueOf(in.bytes(Limits.RECORDS_MAX / 8));
        return new ReapAgreed(clock, same, BitSet.valueOf(in.bytes(Limits.RECORDS_MAX / 8)));
    }
}
