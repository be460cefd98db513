package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Ends a handshake: the sender will not talk to this node, and says why. The connection is closed after it. Like
 * {@link Hello} it stays as it is in every version of the protocol.
 *
 * @param reason for programs
 * @param sentence for people: what was wrong, what was expected, what to do
 */
public record Rejected(Reason reason, String sentence) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.REJECTED;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u8(reason.code).utf8(sentence);
    }

    static Rejected decode(ByteReader in) {
        return new Rejected(Reason.of(in.u8()), in.utf8(Limits.TEXT_BYTES_MAX));
    }

    /** Why a node is not let in. Numbers are part of the protocol: never changed, never used again. */
    public enum Reason {
        /** A reason that only a later version knows; the sentence says it. */
        OTHER(0),
        /** No protocol version that both sides speak. */
        NO_COMMON_VERSION(1),
        /** Another cluster. */
        OTHER_CLUSTER(2),
        /** The same cluster name with another number of partitions. */
        OTHER_PARTITIONS(3),
        /** The same cluster name with another partitioner. */
        OTHER_PARTITIONER(4),
        /** The proof does not fit: another cluster secret. */
        WRONG_SECRET(5),
        /** The node left or was removed: it must stop, its identity never comes back. */
        REMOVED(6),
        /** Another process has this identity. */
        CLONED_IDENTITY(7),
        /** The identity is in no history known here; it may be soon. */
        UNKNOWN_MEMBER(8),
        /** The address that was dialled belongs to another node than the one that was meant. */
        WRONG_NODE(9),
        /** Another member has the name that the newcomer wants. */
        NAME_TAKEN(10);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        /** The number that travels. */
        public int code() {
            return code;
        }

        /** Whether it may pass by itself, without anybody changing a configuration. */
        public boolean mayPass() {
            return this == UNKNOWN_MEMBER || this == OTHER;
        }

        static Reason of(int code) {
            for (Reason reason : values()) {
                if (reason.code == code) {
                    return reason;
                }
            }
            return OTHER;
        }
    }
}
