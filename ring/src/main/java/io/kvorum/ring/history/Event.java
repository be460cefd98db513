package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One change of membership (Dynamo §4.8.1). Immutable, persisted before it is told, never taken back.
 *
 * <p>On the wire and on disk: id (24 bytes), kind, version of the payload's format, payload behind its length. A kind or a
 * version that this software does not know stays {@link Opaque}: it is kept and told on byte for byte.
 */
public sealed interface Event {
    /** The version of all payload formats that this software writes. */
    int FORMAT_VERSION = 1;

    /** The longest payload. A plan for 16384 partitions and a thousand nodes has some 50 KiB. */
    int PAYLOAD_BYTES_MAX = 1 << 20;

    /** The fewest bytes an event can have. */
    int BYTES_MIN = 24 + 3;

    /** Returns its identity. */
    EventId id();

    /** Returns what this event is, as one byte. */
    int kind();

    /** Writes what is particular to its kind. */
    void encodePayload(ByteWriter out);

    /** Calls the method of its kind. */
    void accept(EventVisitor visitor);

    /** Returns the version of the payload's format. */
    default int formatVersion() {
        return FORMAT_VERSION;
    }

    /** Writes the whole event. */
    default void encode(ByteWriter out) {
        ByteWriter payload = new ByteWriter(64);
        encodePayload(payload);
        id().encode(out);
        out.u8(kind()).u8(formatVersion()).bytes(payload.array(), 0, payload.size());
    }

    /** Reads the whole event. */
    static Event decode(ByteReader in) {
        EventId id = EventId.decode(in);
        int kind = in.field("event kind").u8();
        int version = in.field("event version").u8();
        int length = in.field("event payload").length(PAYLOAD_BYTES_MAX);
        ByteReader payload = new ByteReader(in.array(), in.position(), length);
        in.skip(length);
        Event event = version == FORMAT_VERSION ? decodeKnown(id, kind, payload) : null;
        if (event == null) {
            return new Opaque(id, kind, version, HexBytes.read(payload));
        }
        payload.expectEnd("event of kind " + kind);
        return event;
    }

    private static @Nullable Event decodeKnown(EventId id, int kind, ByteReader in) {
        return switch (kind) {
            case Created.KIND -> Created.decode(id, in);
            case Joined.KIND -> new Joined(id, NodeId.decode(in), MemberSpec.decode(in));
            case PlanCommitted.KIND -> PlanCommitted.decode(id, in);
            case Moved.KIND -> Moved.decode(id, in);
            case Settled.KIND -> Settled.decode(id, in);
            case Leaving.KIND -> new Leaving(id, NodeId.decode(in));
            case Left.KIND -> new Left(id, NodeId.decode(in));
            case Removed.KIND -> new Removed(id, NodeId.decode(in));
            case Replaced.KIND -> new Replaced(id, NodeId.decode(in), NodeId.decode(in));
            case Flushed.KIND -> new Flushed(id, in.field("flush stamp").u64());
            case Configured.KIND -> new Configured(id, in.utf8(1024), in.utf8(PAYLOAD_BYTES_MAX));
            case Compacted.KIND -> Compacted.decode(id, in);
            default -> null;
        };
    }

    /**
     * The cluster was created.
     *
     * @param partitions Q, a power of two, fixed for ever
     * @param n owners of a partition
     */
    record Created(EventId id, UUID clusterId, String clusterName, int partitions, Partitioner partitioner, int n)
            implements Event {
        static final int KIND = 1;
        private static final int N_MAX = 64;

        /** Checks the ranges. */
        public Created {
            if (Integer.bitCount(partitions) != 1 || partitions < 1 || partitions > Ring.PARTITIONS_MAX) {
                throw new IllegalArgumentException(partitions + " partitions");
            }
            if (n < 1 || n > N_MAX) {
                throw new IllegalArgumentException("N=" + n);
            }
        }

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            out.u64(clusterId.getMostSignificantBits()).u64(clusterId.getLeastSignificantBits());
            out.utf8(clusterName)
                    .u8(Integer.numberOfTrailingZeros(partitions))
                    .u8(partitioner == Partitioner.SLOTS ? 0 : 1)
                    .u8(n);
        }

        static Created decode(EventId id, ByteReader in) {
            UUID clusterId = new UUID(in.u64(), in.u64());
            String name = in.field("cluster name").utf8(1024);
            int bits = in.field("partition bits").u8();
            int partitioner = in.field("partitioner").u8();
            int n = in.field("n").u8();
            if (bits > Integer.numberOfTrailingZeros(Ring.PARTITIONS_MAX) || partitioner > 1 || n < 1 || n > N_MAX) {
                throw in.invalid("created", bits + ", " + partitioner + ", " + n, "14, 1, 1 to " + N_MAX);
            }
            return new Created(
                    id, clusterId, name, 1 << bits, partitioner == 0 ? Partitioner.SLOTS : Partitioner.MD5, n);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.created(this);
        }
    }

    /** A member joined, without tokens yet, or told anew where it stands; a member that was leaving stays after all. */
    record Joined(EventId id, NodeId node, MemberSpec spec) implements Event {
        static final int KIND = 2;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            node.encode(out);
            spec.encode(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.joined(this);
        }
    }

    /**
     * A plan was committed: who should own which token from now on.
     *
     * @param base the plan in force where this one was made, or null if there was none; of two plans on one base the one
     *     with the lower id counts
     * @param baseHash hash of the history it was made against, for the record
     * @param tokens the new assignment
     */
    record PlanCommitted(EventId id, @Nullable EventId base, long baseHash, Assignment tokens) implements Event {
        static final int KIND = 3;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            out.bool(base != null);
            if (base != null) {
                base.encode(out);
            }
            out.u64(baseHash);
            tokens.encode(out);
        }

        static PlanCommitted decode(EventId id, ByteReader in) {
            EventId base = in.field("has base").bool() ? EventId.decode(in) : null;
            return new PlanCommitted(id, base, in.u64(), Assignment.decode(in));
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.planCommitted(this);
        }
    }

    /**
     * An owner consented: from here on it answers for these partitions with newer events instead of data, as long as this
     * plan is in force.
     *
     * @param plan the plan that wants it
     * @param from the owner, who writes this event
     * @param to who takes over, or null if the set of owners shrinks
     */
    record Moved(
            EventId id, EventId plan, NodeId from, @Nullable NodeId to, PartitionSet partitions) implements Event {
        static final int KIND = 4;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            plan.encode(out);
            OptionalNode.encode(from, out);
            OptionalNode.encode(to, out);
            partitions.encode(out);
        }

        private static Moved decode(EventId id, ByteReader in) {
            EventId plan = EventId.decode(in);
            NodeId from = OptionalNode.decode(in);
            NodeId to = OptionalNode.decode(in);
            if (from == null) {
                throw in.invalid("moved from", "nobody", "a node");
            }
            return new Moved(id, plan, from, to, PartitionSet.decode(in));
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.moved(this);
        }
    }

    /**
     * Owners of these partitions changed: {@code to} has all their data, {@code from} is an owner no more. A fact, whether
     * or not the plan it was done for is still in force.
     *
     * @param plan the plan it was done for
     * @param from who is replaced or let go, or null if the set of owners grew
     * @param to who took over, or null if the set of owners shrank
     */
    record Settled(
            EventId id,
            EventId plan,
            @Nullable NodeId from,
            @Nullable NodeId to,
            PartitionSet partitions) implements Event {
        static final int KIND = 5;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            plan.encode(out);
            OptionalNode.encode(from, out);
            OptionalNode.encode(to, out);
            partitions.encode(out);
        }

        private static Settled decode(EventId id, ByteReader in) {
            return new Settled(
                    id, EventId.decode(in), OptionalNode.decode(in), OptionalNode.decode(in), PartitionSet.decode(in));
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.settled(this);
        }
    }

    /** A member asked to leave; it keeps its data until a plan has moved it. */
    record Leaving(EventId id, NodeId node) implements Event {
        static final int KIND = 6;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            node.encode(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.leaving(this);
        }
    }

    /** A member left in order, for ever. */
    record Left(EventId id, NodeId node) implements Event {
        static final int KIND = 7;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            node.encode(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.left(this);
        }
    }

    /** The operator removed a member, for ever: it is fenced, and its data is not waited for. */
    record Removed(EventId id, NodeId node) implements Event {
        static final int KIND = 8;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            node.encode(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.removed(this);
        }
    }

    /** The operator removed a member and gave all its tokens to another, in every plan that still names it. */
    record Replaced(EventId id, NodeId node, NodeId by) implements Event {
        static final int KIND = 9;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            node.encode(out);
            by.encode(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.replaced(this);
        }
    }

    /**
     * Everything up to a stamp is gone everywhere.
     *
     * @param upTo hybrid clock reading
     */
    record Flushed(EventId id, long upTo) implements Event {
        static final int KIND = 10;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            out.u64(upTo);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.flushed(this);
        }
    }

    /** A value was set for the whole cluster; of several for one name the one with the highest id holds. */
    record Configured(EventId id, String name, String value) implements Event {
        static final int KIND = 11;

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            out.utf8(name).utf8(value);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.configured(this);
        }
    }

    /**
     * Stands for all events up to an id: from here on those that it does not stand for are void, but for what {@link
     * History} says of ends and flushes. May be made only when every member not gone was heard to have all of them, and
     * nothing else up to that id.
     *
     * @param upTo the highest id it stands for, below its own
     * @param count how many events it stands for, with those that an earlier one stood for
     * @param hash the sum of their hashes
     * @param summary what they come to
     */
    record Compacted(EventId id, EventId upTo, long count, long hash, Summary summary) implements Event {
        static final int KIND = 12;

        /** Checks the order of the ids. */
        public Compacted {
            if (upTo.compareTo(id) >= 0) {
                throw new IllegalArgumentException("compacted up to " + upTo + " by " + id);
            }
        }

        @Override
        public int kind() {
            return KIND;
        }

        @Override
        public void encodePayload(ByteWriter out) {
            upTo.encode(out);
            out.varLong(count).u64(hash);
            summary.encode(out);
        }

        private static Compacted decode(EventId id, ByteReader in) {
            EventId upTo = EventId.decode(in);
            if (upTo.compareTo(id) >= 0) {
                throw in.invalid("compacted up to", upTo.toString(), "below " + id);
            }
            return new Compacted(
                    id,
                    upTo,
                    in.field("compacted events").varLong(),
                    in.field("compacted hash").u64(),
                    Summary.decode(in));
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.compacted(this);
        }
    }

    /**
     * Something a later version of the software wrote. Kept and told on, but not understood.
     *
     * @param kind its kind there
     * @param formatVersion the version of its payload's format
     * @param payload its bytes
     */
    record Opaque(EventId id, int kind, int formatVersion, HexBytes payload) implements Event {
        @Override
        public void encodePayload(ByteWriter out) {
            payload.write(out);
        }

        @Override
        public void accept(EventVisitor visitor) {
            visitor.opaque(this);
        }
    }
}
