package io.kvorum.ring.gossip;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import java.util.ArrayList;
import java.util.List;

/**
 * A message between gossipers. On the wire: one byte for the kind, then the fields in their order.
 *
 * <p>An exchange: A tells its {@link Digest}. If B's history differs, B tells its {@link Sums}; A answers with the
 * {@link Hashes} of what differs; B sends the {@link Events} A lacks and names those it lacks itself; A sends them. If what
 * they know of nodes differs, B sends newer {@link States} and names those it wants. Between equals the digest is all.
 *
 * <p>At rest a {@link Summary} takes its place, which is as long in a large cluster as in a small one: who knows something else
 * answers with its own digest.
 */
public sealed interface GossipMessage {
    /** Writes kind and fields. */
    void encode(ByteWriter out);

    /** Returns the bytes of the message. */
    default byte[] toBytes() {
        ByteWriter out = new ByteWriter(256);
        encode(out);
        return out.toByteArray();
    }

    /** Reads kind and fields, up to the end of the bytes. */
    static GossipMessage decode(ByteReader in) {
        int kind = in.field("gossip kind").u8();
        GossipMessage message = switch (kind) {
            case Digest.KIND -> Digest.decode(in);
            case Sums.KIND -> new Sums(longs(in, History.BUCKETS));
            case Hashes.KIND -> new Hashes(in.u64(), longs(in, History.EVENTS_MAX));
            case Events.KIND -> Events.decode(in);
            case States.KIND -> States.decode(in);
            case Summary.KIND -> new Summary(in.u64(), in.u64());
            default -> throw in.invalid("gossip kind", Integer.toString(kind), "1 to 6");
        };
        in.expectEnd("gossip");
        return message;
    }

    /** The most nodes one message speaks of. */
    int NODES_MAX = 10_000;

    /**
     * Whether a node knows the same, at a length that does not depend on how much that is.
     *
     * @param historyHash hash of its history
     * @param statesHash of how old its knowledge of each node is
     */
    record Summary(long historyHash, long statesHash) implements GossipMessage {
        static final int KIND = 6;

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).u64(historyHash).u64(statesHash);
        }
    }

    /**
     * A summary of what a node knows: constant in size while nothing changes.
     *
     * @param historyHash digest of its history: equal where the very same events are held
     * @param versions how old its knowledge of each node is, its own state included
     */
    record Digest(long historyHash, List<StateVersion> versions) implements GossipMessage {
        static final int KIND = 1;

        /** Copies the list. */
        public Digest {
            versions = List.copyOf(versions);
        }

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).u64(historyHash).varInt(versions.size());
            versions.forEach(version -> version.encode(out));
        }

        private static Digest decode(ByteReader in) {
            long historyHash = in.u64();
            int count = in.field("versions").count(NODES_MAX, StateVersion.BYTES_MIN);
            List<StateVersion> versions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                versions.add(StateVersion.decode(in));
            }
            return new Digest(historyHash, versions);
        }
    }

    /**
     * Where histories differ.
     *
     * @param sums of the sender's hashes, bucket by bucket
     */
    record Sums(List<Long> sums) implements GossipMessage {
        static final int KIND = 2;

        /** Copies the list. */
        public Sums {
            sums = List.copyOf(sums);
        }

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND);
            writeLongs(out, sums);
        }
    }

    /**
     * Which events the sender has in the buckets that differ.
     *
     * @param buckets a bit for each bucket
     * @param hashes of its events there
     */
    record Hashes(long buckets, List<Long> hashes) implements GossipMessage {
        static final int KIND = 3;

        /** Copies the list. */
        public Hashes {
            hashes = List.copyOf(hashes);
        }

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).u64(buckets);
            writeLongs(out, hashes);
        }
    }

    /**
     * Events the receiver lacks.
     *
     * @param events the first of them, in their order
     * @param wanted hashes of events that the sender lacks
     */
    record Events(List<Event> events, List<Long> wanted) implements GossipMessage {
        static final int KIND = 4;

        /** Copies the lists. */
        public Events {
            events = List.copyOf(events);
            wanted = List.copyOf(wanted);
        }

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).varInt(events.size());
            events.forEach(event -> event.encode(out));
            writeLongs(out, wanted);
        }

        private static Events decode(ByteReader in) {
            int count = in.field("events").count(History.EVENTS_MAX, Event.BYTES_MIN);
            List<Event> events = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                events.add(Event.decode(in));
            }
            return new Events(events, longs(in, History.EVENTS_MAX));
        }
    }

    /**
     * What nodes said of themselves, where the receiver's knowledge is older.
     *
     * @param states of these nodes
     * @param wanted nodes of which the receiver knows more than the sender
     */
    record States(List<NodeState> states, List<NodeId> wanted) implements GossipMessage {
        static final int KIND = 5;

        /** Copies the lists. */
        public States {
            states = List.copyOf(states);
            wanted = List.copyOf(wanted);
        }

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).varInt(states.size());
            states.forEach(state -> state.encode(out));
            out.varInt(wanted.size());
            wanted.forEach(node -> node.encode(out));
        }

        private static States decode(ByteReader in) {
            int count = in.field("states").count(NODES_MAX, StateVersion.BYTES_MIN + 3);
            List<NodeState> states = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                states.add(NodeState.decode(in));
            }
            int wantedCount = in.field("wanted nodes").count(NODES_MAX, 16);
            List<NodeId> wanted = new ArrayList<>(wantedCount);
            for (int i = 0; i < wantedCount; i++) {
                wanted.add(NodeId.decode(in));
            }
            return new States(states, wanted);
        }
    }

    private static void writeLongs(ByteWriter out, List<Long> longs) {
        out.varInt(longs.size());
        for (long value : longs) {
            out.u64(value);
        }
    }

    private static List<Long> longs(ByteReader in, int max) {
        int count = in.field("hashes").count(max, 8);
        List<Long> longs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            longs.add(in.u64());
        }
        return longs;
    }
}
