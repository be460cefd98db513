package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An owner's answer to {@link Read}.
 *
 * @param status what the copy is worth
 * @param record the whole record; null if it is the same as the asker's, or absent
 */
public record ReadAnswer(Status status, byte @Nullable [] record) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.READ_ANSWER;
    }

    @Override
    public boolean carriesRecords() {
        return record != null;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(Status.VALUES.indexOf(status));
        OptionalBytes.write(out, record);
    }

    static ReadAnswer decode(ByteReader in) {
        return new ReadAnswer(
                Codes.decode(in, "read status", Status.VALUES), OptionalBytes.read(in, Limits.RECORD_BYTES_MAX));
    }

    /** What the answering copy is worth. Their order travels. */
    public enum Status {
        /** The copy equals the asker's (by record hash, or both have none). */
        SAME,
        /** The copy differs; its record is attached, or it has none. */
        DIFFERENT,
        /** As DIFFERENT, but the copy may have forgotten events: its record may be merged, but does not count for R. */
        UNSETTLED,
        /** This node is no owner of the key's partition: no opinion. */
        NOT_OWNER;

        static final List<Status> VALUES = List.of(values());
    }
}
