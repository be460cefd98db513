package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.List;

/**
 * Tells that this life of the sender comes to its end; sent when that begins, and at connect from then on.
 *
 * @param bootId the life of the sender; see {@link Hello#bootId}
 * @param stage how far it is
 */
public record Parting(long bootId, Stage stage) implements PeerMessage {
    /** How far a node is with its end. Their order travels; a later one is never followed by an earlier one. */
    public enum Stage {
        /** It lets its clients go, and is best passed no command any more: whoever drained it may stop it any moment. */
        DRAINING,
        /** It stops: it is to be asked nothing more, and hung up on when what was asked is answered. */
        STOPPING;

        private static final List<Stage> VALUES = List.of(values());
    }

    @Override
    public MessageType type() {
        return MessageType.PARTING;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(bootId).u8(Stage.VALUES.indexOf(stage));
    }

    static Parting decode(ByteReader in) {
        return new Parting(in.u64(), Codes.decode(in, "stage", Stage.VALUES));
    }
}
