package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import org.jspecify.annotations.Nullable;

/** A node id that may be absent: one byte that says so, then the id. */
final class OptionalNode {
    private OptionalNode() {}

    static void encode(@Nullable NodeId node, ByteWriter out) {
        out.bool(node != null);
        if (node != null) {
            node.encode(out);
        }
    }

    static @Nullable NodeId decode(ByteReader in) {
        return in.field("has node").bool() ? NodeId.decode(in) : null;
    }
}
