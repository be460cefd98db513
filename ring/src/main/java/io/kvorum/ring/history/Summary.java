package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What some events come to: all from which a fold goes on as if it had seen them. Immutable; equal ones are equal bytes.
 *
 * @param created how the cluster was created
 * @param lives every node that was ever spoken of, those that are gone for ever too
 * @param configuration the values that hold for the whole cluster, by name
 * @param plans how many plans were in force so far, the present one included
 * @param plan the plan in force; null before the first
 * @param settled by partition, which nodes have all of its data, be they gone; empty before the first plan
 * @param consents what was consented to, by partition, the latest last
 * @param flush the flush that takes most; null if there was none
 * @param ignored how many events were not understood
 */
public record Summary(
        Event.Created created,
        SortedMap<NodeId, Life> lives,
        SortedMap<String, String> configuration,
        int plans,
        Event.@Nullable PlanCommitted plan,
        List<List<NodeId>> settled,
        List<Move> consents,
        Event.@Nullable Flushed flush,
        int ignored) {
    private static final int NODES_MAX = 100_000;
    private static final int NAMES_MAX = 10_000;
    private static final int CONSENTS_MAX = 1_000_000;
    private static final int HAS_SPEC = 1;
    private static final int HAS_JOINED = 2;
    private static final int IS_LEAVING = 4;
    private static final int HAS_LEFT = 8;
    private static final int WAS_REMOVED = 16;
    private static final int HAS_SUCCESSOR = 32;

    /** Copies maps and lists. */
    public Summary {
        lives = Collections.unmodifiableSortedMap(new TreeMap<>(lives));
        configuration = Collections.unmodifiableSortedMap(new TreeMap<>(configuration));
        settled = settled.stream().map(List::copyOf).toList();
        consents = List.copyOf(consents);
    }

    /**
     * What became of a node.
     *
     * @param spec what it last said of itself; null if it never joined
     * @param joined the event by which it joined first; null if it never did
     * @param leaving whether it was asked to leave
     * @param end LEFT or REMOVED; null if it is not gone
     * @param ended the event that ended it; null if it is not gone
     * @param successor who replaced it, or null
     */
    public record Life(
            @Nullable MemberSpec spec,
            @Nullable EventId joined,
            boolean leaving,
            @Nullable MemberState end,
            @Nullable EventId ended,
            @Nullable NodeId successor) {
        /** Checks that an end is one, and has its event. */
        public Life {
            if ((end == null) != (ended == null) || (end != null && !end.isGone())) {
                throw new IllegalArgumentException("end " + end + " by " + ended);
            }
        }

        private void encode(ByteWriter out) {
            int flags = (spec == null ? 0 : HAS_SPEC)
                    | (joined == null ? 0 : HAS_JOINED)
                    | (leaving ? IS_LEAVING : 0)
                    | (end == MemberState.LEFT ? HAS_LEFT : 0)
                    | (end == MemberState.REMOVED ? WAS_REMOVED : 0)
                    | (successor == null ? 0 : HAS_SUCCESSOR);
            out.u8(flags);
            if (spec != null) {
                spec.encode(out);
            }
            if (joined != null) {
                joined.encode(out);
            }
            if (ended != null) {
                ended.encode(out);
            }
            if (successor != null) {
                successor.encode(out);
            }
        }

        private static Life decode(ByteReader in) {
            int flags = in.field("life").u8();
            int ends = flags & (HAS_LEFT | WAS_REMOVED);
            if (flags >= 2 * HAS_SUCCESSOR || ends == (HAS_LEFT | WAS_REMOVED)) {
                throw in.invalid("life", Integer.toString(flags), "one end, and nothing unknown");
            }
            return new Life(
                    (flags & HAS_SPEC) == 0 ? null : MemberSpec.decode(in),
                    (flags & HAS_JOINED) == 0 ? null : EventId.decode(in),
                    (flags & IS_LEAVING) != 0,
                    ends == 0 ? null : ends == HAS_LEFT ? MemberState.LEFT : MemberState.REMOVED,
                    ends == 0 ? null : EventId.decode(in),
                    (flags & HAS_SUCCESSOR) == 0 ? null : NodeId.decode(in));
        }
    }

    /** Returns the stamp up to which everything was flushed; 0 if nothing ever was. */
    public long flushStamp() {
        return flush == null ? 0 : Math.max(0, flush.upTo());
    }

    /** Writes all fields, in their order; nodes with settled partitions by their place in a list of them. */
    public void encode(ByteWriter out) {
        created.id().encode(out);
        created.encodePayload(out);
        out.varInt(lives.size());
        lives.forEach((node, life) -> {
            node.encode(out);
            life.encode(out);
        });
        out.varInt(configuration.size());
        configuration.forEach((name, value) -> out.utf8(name).utf8(value));
        out.varInt(plans).bool(plan != null);
        if (plan != null) {
            plan.id().encode(out);
            plan.encodePayload(out);
            encodeSettled(out);
        }
        out.varInt(consents.size());
        for (Move consent : consents) {
            out.varInt(consent.partition());
            OptionalNode.encode(consent.from(), out);
            OptionalNode.encode(consent.to(), out);
        }
        out.bool(flush != null);
        if (flush != null) {
            flush.id().encode(out);
            out.u64(flush.upTo());
        }
        out.varInt(ignored);
    }

    private void encodeSettled(ByteWriter out) {
        NavigableSet<NodeId> distinct = new TreeSet<>();
        settled.forEach(distinct::addAll);
        List<NodeId> nodes = List.copyOf(distinct);
        out.varInt(nodes.size());
        nodes.forEach(node -> node.encode(out));
        for (List<NodeId> owners : settled) {
            out.varInt(owners.size());
            owners.forEach(owner -> out.varInt(Collections.binarySearch(nodes, owner)));
        }
    }

    /** Reads what {@link #encode} writes. */
    public static Summary decode(ByteReader in) {
        Event.Created created = Event.Created.decode(EventId.decode(in), in);
        SortedMap<NodeId, Life> lives = new TreeMap<>();
        for (int i = in.field("lives").count(NODES_MAX, 17); i > 0; i--) {
            lives.put(NodeId.decode(in), Life.decode(in));
        }
        SortedMap<String, String> configuration = new TreeMap<>();
        for (int i = in.field("configured values").count(NAMES_MAX, 2); i > 0; i--) {
            configuration.put(in.utf8(1024), in.utf8(Event.PAYLOAD_BYTES_MAX));
        }
        int plans = in.field("plans").varInt(Integer.MAX_VALUE);
        Event.PlanCommitted plan = null;
        List<List<NodeId>> settled = List.of();
        if (in.field("has plan").bool()) {
            plan = Event.PlanCommitted.decode(EventId.decode(in), in);
            if (plan.tokens().partitions() != created.partitions()) {
                throw in.invalid("tokens", "" + plan.tokens().partitions(), "" + created.partitions());
            }
            settled = decodeSettled(in, created.partitions());
        }
        List<Move> consents = new ArrayList<>();
        for (int i = in.field("consents").count(CONSENTS_MAX, 3); i > 0; i--) {
            consents.add(decodeConsent(in, created.partitions()));
        }
        boolean flushed = in.field("has flush").bool();
        Event.Flushed flush = flushed
                ? new Event.Flushed(EventId.decode(in), in.field("flush stamp").u64())
                : null;
        int ignored = in.field("ignored events").varInt(Integer.MAX_VALUE);
        return new Summary(created, lives, configuration, plans, plan, settled, consents, flush, ignored);
    }

    private static List<List<NodeId>> decodeSettled(ByteReader in, int partitions) {
        int count = in.field("nodes with settled partitions").count(NODES_MAX, 16);
        List<NodeId> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(NodeId.decode(in));
        }
        List<List<NodeId>> settled = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            List<NodeId> owners = new ArrayList<>();
            for (int i = in.field("settled nodes").count(count, 1); i > 0; i--) {
                owners.add(nodes.get(in.field("settled node").varInt(count - 1)));
            }
            settled.add(owners);
        }
        return settled;
    }

    private static Move decodeConsent(ByteReader in, int partitions) {
        int partition = in.field("partition consented to").varInt(partitions - 1);
        NodeId from = OptionalNode.decode(in);
        NodeId to = OptionalNode.decode(in);
        if (from == null) {
            throw in.invalid("who consented", "nobody", "a node");
        }
        return new Move(partition, from, to, true);
    }
}
