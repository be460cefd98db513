package io.kvorum.ring.gossip;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;

/**
 * How old what is known of a node is.
 *
 * @param node the node
 * @param boot which life of its process
 * @param version which change within that life
 */
public record StateVersion(NodeId node, long boot, long version) {
    static final int BYTES_MIN = 16 + 8 + 1;

    /** Returns whether this is a later word of the node than {@code other}. */
    public boolean isNewerThan(StateVersion other) {
        return boot != other.boot ? boot > other.boot : version > other.version;
    }

    /** Returns a number of all fields, of which sums stand for sets. */
    long hash() {
        long hash = node.uuid().getMostSignificantBits();
        for (long field : new long[] {node.uuid().getLeastSignificantBits(), boot, version}) {
            hash = (hash ^ field) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        return hash;
    }

    /** Writes all fields, in their order. */
    public void encode(ByteWriter out) {
        node.encode(out);
        out.u64(boot).varLong(version);
    }

    /** Reads all fields, in their order. */
    public static StateVersion decode(ByteReader in) {
        return new StateVersion(
                NodeId.decode(in),
                in.field("boot").u64(),
                in.field("state version").varLong());
    }
}
