package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to {@link Fetch}.
 *
 * @param done how many of the positions, from the first on, the records are of; 0 if the node is no owner
 * @param records whole records, all that there are at these positions
 */
public record FetchAnswer(int done, List<byte[]> records) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FETCH_ANSWER;
    }

    @Override
    public boolean carriesRecords() {
        return !records.isEmpty();
    }

    @Override
    public void encode(ByteWriter out) {
        out.varInt(done).varInt(records.size());
        for (byte[] entry : records) {
            out.bytes(entry);
        }
    }

    static FetchAnswer decode(ByteReader in) {
        int done = in.varInt(Integer.MAX_VALUE);
        int count = in.varInt(Limits.RECORDS_MAX);
        List<byte[]> records = new ArrayList<>(Math.min(count, in.remaining()));
        for (int i = 0; i < count; i++) {
            records.add(in.bytes(Limits.RECORD_BYTES_MAX));
        }
        return new FetchAnswer(done, records);
    }
}
