package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to {@link Scan}: keys that are live at the answering node.
 *
 * @param nextHash the next cursor, -1 at the end of the partition, -2 if the node has no settled copy of it
 * @param keys the keys
 */
public record ScanAnswer(long nextHash, List<byte[]> keys) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.SCAN_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(nextHash).varInt(keys.size());
        for (byte[] key : keys) {
            out.bytes(key);
        }
    }

    static ScanAnswer decode(ByteReader in) {
        long nextHash = in.u64();
        int count = in.varInt(Limits.ARGUMENTS_MAX);
        List<byte[]> keys = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            keys.add(in.bytes(Limits.KEY_BYTES_MAX));
        }
        return new ScanAnswer(nextHash, keys);
    }

    /** Value of nextHash: the partition holds no more keys. */
    public static final long END = -1;

    /** Value of nextHash: the node has no settled copy of the partition; ask another. */
    public static final long NO_COPY = -2;
}
