package io.kvorum.ring;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The identity of a membership event: the stamp its author drew for it, and the author. Ordered by stamp, then node.
 *
 * <p>An author draws a stamp above every stamp in the history it knows, so the order of ids respects cause and effect.
 *
 * @param stamp hybrid clock reading, positive; 1 to 3 are the events of a cluster's birth
 * @param node the author
 */
public record EventId(long stamp, NodeId node) implements Comparable<EventId> {
    /** Writes stamp and node, 24 bytes. */
    public void encode(ByteWriter out) {
        out.u64(stamp);
        node.encode(out);
    }

    /** Reads stamp and node. */
    public static EventId decode(ByteReader in) {
        return new EventId(in.field("event stamp").u64(), NodeId.decode(in));
    }

    @Override
    public int compareTo(EventId other) {
        int byStamp = Long.compare(stamp, other.stamp);
        return byStamp != 0 ? byStamp : node.compareTo(other.node);
    }

    @Override
    public String toString() {
        return stamp + "@" + node;
    }
}
