package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.List;

/**
 * An owner's answer to {@link Write}.
 *
 * @param status what became of the record
 */
public record WriteAnswer(Status status) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.WRITE_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(Status.VALUES.indexOf(status));
    }

    static WriteAnswer decode(ByteReader in) {
        return new WriteAnswer(Codes.decode(in, "write status", Status.VALUES));
    }

    /** What became of the record. Their order travels. */
    public enum Status {
        /** Merged, and readable from this owner on. */
        MERGED,
        /** Merged, and on disk. */
        DURABLE,
        /** This node is no owner of the partition. */
        NOT_OWNER,
        /** Refused: the node is at its memory limit. */
        OUT_OF_MEMORY,
        /** Refused: the node's disk does not take writes. */
        DISK,
        /** Refused: older than half the tombstone grace, or than a flush; send the record as it is now. */
        STALE,
        /** Refused: the bytes are no record of this key. */
        INVALID,
        /** Refused: the node's disk was behind until the request's time was out. */
        BUSY,
        /** Merged by a node that is taking the partition over: it counts for no owner, whatever it was before. */
        ARRIVING;

        static final List<Status> VALUES = List.of(values());

        /** Whether the owner holds the record now. */
        public boolean merged() {
            return this == MERGED || this == DURABLE;
        }
    }
}
