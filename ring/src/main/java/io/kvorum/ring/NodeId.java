package io.kvorum.ring;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.UUID;

/**
 * A node's identity for life. Never an address: a node may move, and an address may come to belong to another node.
 *
 * @param uuid 128 bits; ordered as an unsigned big-endian number
 */
public record NodeId(UUID uuid) implements Comparable<NodeId> {
    /** Returns the id with these 128 bits. */
    public static NodeId of(long mostSignificantBits, long leastSignificantBits) {
        return new NodeId(new UUID(mostSignificantBits, leastSignificantBits));
    }

    /**
     * Parses the text form of a UUID.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static NodeId parse(String text) {
        return new NodeId(UUID.fromString(text));
    }

    /** Writes the 16 bytes. */
    public void encode(ByteWriter out) {
        out.u64(uuid.getMostSignificantBits()).u64(uuid.getLeastSignificantBits());
    }

    /** Reads the 16 bytes. */
    public static NodeId decode(ByteReader in) {
        return of(in.u64(), in.u64());
    }

    @Override
    public int compareTo(NodeId other) {
        int byMost = Long.compareUnsigned(uuid.getMostSignificantBits(), other.uuid.getMostSignificantBits());
        return byMost != 0
                ? byMost
                : Long.compareUnsigned(uuid.getLeastSignificantBits(), other.uuid.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
