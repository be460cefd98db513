package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.List;

/**
 * Asks what share of its time a node's clients leave for work that another node has it take part in. Answer:
 * {@link ShareAnswer}.
 *
 * @param work what the asker is at
 * @param usedPercent how much of the time since it asked last it was at it, 0 to 100
 */
public record Share(Work work, int usedPercent) implements PeerMessage {
    /** What takes two nodes. Their order travels. */
    public enum Work {
        /** Hands over what was kept. */
        HANDOFF,
        /** Compares copies, and brings both up to date. */
        ANTI_ENTROPY;

        private static final List<Work> VALUES = List.of(values());
    }

    /** Refuses what is no part of a time. */
    public Share {
        Percent.checkPart(usedPercent);
    }

    @Override
    public MessageType type() {
        return MessageType.SHARE;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(Work.VALUES.indexOf(work)).u8(usedPercent);
    }

    static Share decode(ByteReader in) {
        return new Share(Codes.decode(in, "work", Work.VALUES), Percent.decodePart(in, "usedPercent"));
    }
}
