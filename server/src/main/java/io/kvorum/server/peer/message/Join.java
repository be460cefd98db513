package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;

/**
 * A node without a past asks to be let in, the one message that a newcomer may send. Asked again, it changes nothing. The
 * answer is {@link JoinAnswer}, or {@link Refusal} if it cannot be a member as what it says it is.
 *
 * @param node the identity that it has drawn, and keeps for life
 * @param spec what it says of itself
 */
public record Join(NodeId node, MemberSpec spec) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.JOIN;
    }

    @Override
    public void encode(ByteWriter out) {
        Uuids.write(out, node.uuid());
        spec.encode(out);
    }

    static Join decode(ByteReader in) {
        return new Join(new NodeId(Uuids.read(in)), MemberSpec.decode(in));
    }
}
