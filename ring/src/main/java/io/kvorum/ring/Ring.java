package io.kvorum.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One immutable snapshot of the cluster: its members, who owns which token, and every partition's preference list.
 *
 * <p>A pure fold of the membership history makes it: nodes with equal histories have equal rings. Everything a
 * request needs is precomputed; look-ups by partition cost one array access. Any thread may read it.
 */
public final class Ring {
    /** The most partitions: one per hash slot. */
    public static final int PARTITIONS_MAX = HashSlot.COUNT;

    private final UUID clusterId;
    private final String clusterName;
    private final Partitioner partitioner;
    private final int partitions;
    private final int n;
    private final long historyHash;
    private final @Nullable EventId plan;
    private final long flushStamp;
    private final int ignoredEvents;
    private final SortedMap<String, String> configuration;
    private final SortedMap<NodeId, Member> known;
    private final List<Member> members;
    private final @Nullable Assignment assignment;
    private final PreferenceList[] preferenceLists;
    private final @Nullable Walk walk;
    private final List<Move> moves;
    private final List<Move> consents;

    /**
     * @param walk the walk over the tokens; null without a plan
     * @param before an earlier ring, to share with it what is equal
     */
    Ring(RingBuilder builder, PreferenceList[] preferenceLists, @Nullable Walk walk, @Nullable Ring before) {
        this.clusterId = builder.clusterId;
        this.clusterName = builder.clusterName;
        this.partitioner = builder.partitioner;
        this.partitions = builder.partitions;
        this.n = builder.n;
        this.historyHash = builder.historyHash;
        this.plan = builder.plan;
        this.flushStamp = builder.flushStamp;
        this.ignoredEvents = builder.ignoredEvents;
        this.configuration = before != null && before.configuration.equals(builder.configuration)
                ? before.configuration
                : Collections.unmodifiableSortedMap(new TreeMap<>(builder.configuration));
        boolean sameMembers = before != null && before.known.equals(builder.members);
        this.known = before != null && sameMembers
                ? before.known
                : Collections.unmodifiableSortedMap(new TreeMap<>(builder.members));
        this.members = before != null && sameMembers
                ? before.members
                : known.values().stream()
                        .filter(member -> !member.state().isGone())
                        .toList();
        this.assignment = builder.assignment;
        this.preferenceLists = preferenceLists;
        this.walk = walk;
        this.consents = List.copyOf(builder.consents);
        this.moves =
                before != null && before.preferenceLists == preferenceLists ? before.moves : movesOf(preferenceLists);
    }

    private static List<Move> movesOf(PreferenceList[] preferenceLists) {
        List<Move> moves = new ArrayList<>();
        for (PreferenceList list : preferenceLists) {
            if (!list.moves().isEmpty()) {
                moves.addAll(list.moves());
            }
        }
        return Collections.unmodifiableList(moves);
    }

    /** Returns the cluster's identity; nodes of another one are refused. */
    public UUID clusterId() {
        return clusterId;
    }

    /** Returns the cluster's name. */
    public String clusterName() {
        return clusterName;
    }

    /** Returns how keys become positions. */
    public Partitioner partitioner() {
        return partitioner;
    }

    /** Returns Q, the number of partitions: a power of two, at most {@value #PARTITIONS_MAX}. */
    public int partitions() {
        return partitions;
    }

    /** Returns N, the number of owners a partition has where there are enough nodes. */
    public int n() {
        return n;
    }

    /** Returns the hash of the history this ring was folded from. */
    public long historyHash() {
        return historyHash;
    }

    /** Returns the plan in force, or null before the first. */
    public @Nullable EventId plan() {
        return plan;
    }

    /** Returns the stamp up to which everything was flushed; 0 if nothing ever was. */
    public long flushStamp() {
        return flushStamp;
    }

    /** Returns how many events a later version of the software wrote and this one did not understand. */
    public int ignoredEvents() {
        return ignoredEvents;
    }

    /** Returns the values that hold for the whole cluster, by name. */
    public SortedMap<String, String> configuration() {
        return configuration;
    }

    /** Returns the present members in order of their ids, without those that left or were removed. */
    public List<Member> members() {
        return members;
    }

    /** Returns what the history knows of a node, be it gone; null if it was never a member. */
    public @Nullable Member member(NodeId id) {
        return known.get(id);
    }

    /** Returns whether the node left or was removed: it must never be let in again under this identity. */
    public boolean isGone(NodeId id) {
        Member member = known.get(id);
        return member != null && member.state().isGone();
    }

    /** Returns all that ever were members, by id, those gone included. */
    public SortedMap<NodeId, Member> known() {
        return known;
    }

    /** Returns the partition of a position, given its upper half. */
    public int partitionOf(long high) {
        return Position.partitionOf(high, partitions);
    }

    /** Returns the upper half of the partition's token: the position where it starts. */
    public long tokenOf(int partition) {
        int bits = Integer.numberOfTrailingZeros(partitions);
        return bits == 0 ? 0 : (long) partition << (Long.SIZE - bits);
    }

    /** Returns who owns which token under the plan in force, or null before the first plan. */
    public @Nullable Assignment assignment() {
        return assignment;
    }

    /** Returns who answers for a partition. Before the first plan all lists are empty. */
    public PreferenceList preferenceList(int partition) {
        return preferenceLists[partition];
    }

    /** Returns the owners of the partition that have all of its data, in order. */
    public List<NodeId> settledOwners(int partition) {
        return preferenceLists[partition].settled();
    }

    /** Returns all that the plan in force still has to do, by partition. */
    public List<Move> moves() {
        return moves;
    }

    /** Returns the lists of all partitions. Not to be changed. */
    PreferenceList[] preferenceLists() {
        return preferenceLists;
    }

    /** Returns the walk over the tokens, so that a later ring need not repeat it; null without a plan. */
    @Nullable
    Walk walk() {
        return walk;
    }

    /** Returns what was consented to and has not settled, be the successor gone. */
    List<Move> consents() {
        return consents;
    }

    /** Returns the hash slots of the partition. Under {@code MD5} they stand for the top 14 bits of positions alike. */
    public SlotRange slotRange(int partition) {
        int slots = HashSlot.COUNT / partitions;
        return new SlotRange(partition * slots, partition * slots + slots - 1);
    }

    /** Returns the partition that a hash slot belongs to. */
    public int partitionOfSlot(int slot) {
        return slot / (HashSlot.COUNT / partitions);
    }

    /** Two rings are equal if everything in them is, the hash of the history included. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Ring that
                && clusterId.equals(that.clusterId)
                && clusterName.equals(that.clusterName)
                && partitioner == that.partitioner
                && partitions == that.partitions
                && n == that.n
                && historyHash == that.historyHash
                && Objects.equals(plan, that.plan)
                && flushStamp == that.flushStamp
                && ignoredEvents == that.ignoredEvents
                && configuration.equals(that.configuration)
                && known.equals(that.known)
                && Objects.equals(assignment, that.assignment)
                && Arrays.equals(preferenceLists, that.preferenceLists);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(historyHash) * 31 + clusterId.hashCode();
    }

    @Override
    public String toString() {
        return "Ring[" + clusterName + ", " + members.size() + " members, " + partitions + " partitions, "
                + moves.size() + " moves, history " + Long.toHexString(historyHash) + "]";
    }
}
