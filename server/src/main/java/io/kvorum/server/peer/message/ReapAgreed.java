package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.BitSet;

/**
 * The answer to {@link ReapAgree}.
 *
 * @param clock the answerer's hybrid clock, read after it looked
 * @param agreed one bit for each position: whether the record there is the asker's, or there is none. No bit at all if the
 *     answerer is no owner, or has not settled its copy
 */
public record ReapAgreed(long clock, BitSet agreed) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REAP_AGREED;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(clock).bytes(agreed.toByteArray());
    }

    static ReapAgreed decode(ByteReader in) {
        return new ReapAgreed(in.u64(), BitSet.valueOf(in.bytes(Limits.RECORDS_MAX / 8)));
    }
}
