package io.kvorum.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a ring is made of and works out its preference lists. Mutable, confined to the thread that builds.
 *
 * <p>For each partition the plan wants a set of owners, the first N of the walk, and history knows which nodes have
 * settled. The difference between the two is what is still to do: {@link Move}s.
 */
public final class RingBuilder {
    final UUID clusterId;
    final String clusterName;
    final int partitions;
    final Partitioner partitioner;
    final int n;
    final SortedMap<NodeId, Member> members = new TreeMap<>();
    final SortedMap<String, String> configuration = new TreeMap<>();
    long historyHash;
    long flushStamp;
    int ignoredEvents;

    @Nullable
    EventId plan;

    @Nullable
    Assignment assignment;

    private @Nullable List<List<NodeId>> settled;
    Collection<Move> consents = List.of();

    /**
     * Starts a ring without members.
     *
     * @param partitions a power of two, 1 to {@link Ring#PARTITIONS_MAX}
     * @param n owners of a partition, at least 1
     */
    public RingBuilder(UUID clusterId, String clusterName, int partitions, Partitioner partitioner, int n) {
        if (Integer.bitCount(partitions) != 1 || partitions < 1 || partitions > Ring.PARTITIONS_MAX || n < 1) {
            throw new IllegalArgumentException(partitions + " partitions, N=" + n);
        }
        this.clusterId = clusterId;
        this.clusterName = clusterName;
        this.partitions = partitions;
        this.partitioner = partitioner;
        this.n = n;
    }

    /** Starts from all that a ring holds, so that a change can be tried out on it. */
    public static RingBuilder from(Ring ring) {
        RingBuilder builder = new RingBuilder(
                        ring.clusterId(), ring.clusterName(), ring.partitions(), ring.partitioner(), ring.n())
                .historyHash(ring.historyHash())
                .flushStamp(ring.flushStamp())
                .ignoredEvents(ring.ignoredEvents());
        builder.members.putAll(ring.known());
        builder.configuration.putAll(ring.configuration());
        Assignment tokens = ring.assignment();
        if (tokens != null) {
            List<List<NodeId>> owners = new ArrayList<>();
            for (int partition = 0; partition < ring.partitions(); partition++) {
                List<NodeId> here = new ArrayList<>(ring.settledOwners(partition));
                here.addAll(ring.preferenceList(partition).returning());
                owners.add(here);
            }
            builder.plan(ring.plan(), tokens).settled(owners, ring.consents());
        }
        return builder;
    }

    /** Adds a member, or replaces what was known of it; members that are gone are added too. */
    public RingBuilder member(Member member) {
        members.put(member.id(), member);
        return this;
    }

    /** Sets the hash of the history. */
    public RingBuilder historyHash(long hash) {
        this.historyHash = hash;
        return this;
    }

    /** Sets the stamp up to which everything was flushed. */
    public RingBuilder flushStamp(long stamp) {
        this.flushStamp = stamp;
        return this;
    }

    /** Sets how many events were not understood. */
    public RingBuilder ignoredEvents(int count) {
        this.ignoredEvents = count;
        return this;
    }

    /** Sets a value that holds for the whole cluster. */
    public RingBuilder configuration(String name, String value) {
        configuration.put(name, value);
        return this;
    }

    /** Sets the plan in force: who should own which token. Without {@link #settled} all its owners count as settled. */
    public RingBuilder plan(@Nullable EventId id, Assignment tokens) {
        if (tokens.partitions() != partitions) {
            throw new IllegalArgumentException("plan for " + tokens.partitions() + " partitions, not " + partitions);
        }
        this.plan = id;
        this.assignment = tokens;
        return this;
    }

    /**
     * Sets which nodes have settled and which owners have consented to give their place up.
     *
     * @param owners for each partition the nodes that have all of its data; nodes that are gone may still be in it, and so are
     *     those that have consented
     * @param agreed moves with both ends or {@code from} alone
     */
    public RingBuilder settled(List<List<NodeId>> owners, Collection<Move> agreed) {
        this.settled = owners;
        this.consents = agreed;
        return this;
    }

    /** Returns the owners that the walk gives each partition with these members and tokens, those gone passed over. */
    public static List<List<NodeId>> walkOwners(Assignment tokens, SortedMap<NodeId, Member> members, int n) {
        Walk walk = new Walk(tokens, present(members), n);
        List<List<NodeId>> owners = new ArrayList<>(tokens.partitions());
        for (int partition = 0; partition < tokens.partitions(); partition++) {
            owners.add(List.copyOf(walk.owners(walk.order(partition))));
        }
        return owners;
    }

    /** Works out all preference lists. */
    public Ring build() {
        return build(null, new BitSet());
    }

    /**
     * Works out the preference lists that may differ from those of an earlier ring, and takes the others from it. What is
     * equal in both is the same object.
     *
     * @param before a ring whose settled owners and consents were the same but for {@code changed}
     * @param changed the partitions whose settled owners or consents may differ
     */
    public Ring buildFrom(Ring before, BitSet changed) {
        return before.partitions() == partitions ? build(before, changed) : build();
    }

    private Ring build(@Nullable Ring before, BitSet changed) {
        Assignment tokens = assignment;
        if (tokens == null) {
            PreferenceList[] lists = new PreferenceList[partitions];
            Arrays.fill(lists, new PreferenceList(List.of(), List.of(), List.of(), List.of(), List.of()));
            return new Ring(this, lists, null, before);
        }
        SortedMap<NodeId, Member> present = present(members);
        Walk known = before == null ? null : before.walk();
        if (before == null || known == null || !known.isOf(tokens, present(before.known()), present, n)) {
            Walk walk = new Walk(tokens, present, n);
            return new Ring(this, allLists(walk, present, before), walk, before);
        }
        if (changed.isEmpty()) {
            return new Ring(this, before.preferenceLists(), known, before);
        }
        PreferenceList[] lists = before.preferenceLists().clone();
        Consents agreed = new Consents(consents, present, changed);
        for (int partition = changed.nextSetBit(0); partition >= 0; partition = changed.nextSetBit(partition + 1)) {
            lists[partition] = like(before.preferenceList(partition), list(partition, known, present, agreed));
        }
        return new Ring(this, lists, known, before);
    }

    private PreferenceList[] allLists(Walk walk, SortedMap<NodeId, Member> present, @Nullable Ring before) {
        PreferenceList[] lists = new PreferenceList[partitions];
        // By owners, which are few to hash: where nodes are few, one list serves many partitions.
        Map<List<NodeId>, PreferenceList> shared = new HashMap<>();
        Consents agreed = new Consents(consents, present, null);
        for (int partition = 0; partition < partitions; partition++) {
            PreferenceList list = list(partition, walk, present, agreed);
            PreferenceList known = shared.get(list.owners());
            PreferenceList earlier = before == null ? null : before.preferenceList(partition);
            if (known != null && known.equals(list) && !known.equals(earlier)) {
                lists[partition] = known;
            } else {
                lists[partition] = earlier == null ? list : like(earlier, list);
            }
            shared.put(list.owners(), lists[partition]);
        }
        return lists;
    }

    /** Returns the earlier list if the new one is equal to it, else the new one with what the two have in common. */
    private static PreferenceList like(PreferenceList earlier, PreferenceList list) {
        if (earlier.equals(list)) {
            return earlier;
        }
        return list.fallbacks().equals(earlier.fallbacks())
                ? new PreferenceList(list.owners(), list.settled(), earlier.fallbacks(), list.moves(), list.returning())
                : list;
    }

    private PreferenceList list(int partition, Walk walk, SortedMap<NodeId, Member> present, Consents agreed) {
        int[] order = walk.order(partition);
        List<NodeId> wanted = walk.owners(order);
        List<NodeId> settledHere =
                settled == null ? new ArrayList<>(wanted) : presentOf(settled.get(partition), present);
        List<NodeId> returning = new ArrayList<>(agreed.inVain.getOrDefault(partition, List.of()));
        returning.retainAll(settledHere);
        settledHere.removeAll(returning);
        return list(
                partition,
                wanted,
                settledHere,
                walk.nodes(order),
                agreed.possible.getOrDefault(partition, List.of()),
                returning);
    }

    /** What was consented to, by partition: the moves that are possible yet, and whose successors are gone. */
    private static final class Consents {
        final Map<Integer, List<Move>> possible = new HashMap<>();
        final Map<Integer, List<NodeId>> inVain = new HashMap<>();

        Consents(Collection<Move> consents, SortedMap<NodeId, Member> present, @Nullable BitSet partitions) {
            for (Move consent : consents) {
                int partition = consent.partition();
                NodeId from = consent.from();
                NodeId to = consent.to();
                boolean asked = partitions == null || partitions.get(partition);
                if (!asked || from == null || !present.containsKey(from)) {
                    continue;
                }
                if (to == null || present.containsKey(to)) {
                    possible.computeIfAbsent(partition, key -> new ArrayList<>())
                            .add(new Move(partition, from, to, true));
                } else {
                    inVain.computeIfAbsent(partition, key -> new ArrayList<>()).add(from);
                }
            }
        }
    }

    /**
     * Makes one preference list. What was consented to is done before anything else, wanted or not; then those come back that
     * have consented in vain, since nobody else may have what they have; what is still wanted after it follows.
     */
    private static PreferenceList list(
            int partition,
            List<NodeId> wanted,
            List<NodeId> settled,
            List<NodeId> order,
            List<Move> agreed,
            List<NodeId> returning) {
        List<Move> moves = new ArrayList<>();
        List<NodeId> reached = new ArrayList<>(settled);
        for (Move consent : agreed) {
            int place = reached.indexOf(consent.from());
            NodeId to = consent.to();
            if (place >= 0 && (to == null || !settled.contains(to))) {
                moves.add(consent);
                reached.remove(place);
                // Two may have consented to the same one, under different plans: neither answers until it has settled.
                if (to != null && !reached.contains(to)) {
                    reached.add(place, to);
                }
            }
        }
        for (NodeId node : returning) {
            moves.add(new Move(partition, null, node, false));
            reached.add(node);
        }
        List<NodeId> leaving = new ArrayList<>(reached);
        leaving.removeAll(wanted);
        List<NodeId> arriving = new ArrayList<>(wanted);
        arriving.removeAll(reached);
        for (int i = 0; i < Math.max(leaving.size(), arriving.size()); i++) {
            NodeId from = i < leaving.size() ? leaving.get(i) : null;
            NodeId to = i < arriving.size() ? arriving.get(i) : null;
            moves.add(new Move(partition, from, to, false));
        }
        List<NodeId> owners = new ArrayList<>(wanted);
        for (int i = moves.size() - 1; i >= 0; i--) {
            NodeId from = moves.get(i).from();
            NodeId to = moves.get(i).to();
            if (from != null && owners.contains(from)) {
                // It is to come back for another place, or for the one that it has given up.
                owners.remove(to);
            } else if (from != null && owners.contains(to)) {
                owners.set(owners.indexOf(to), from);
            } else if (from != null) {
                owners.add(from);
            }
        }
        List<NodeId> settledInOrder = new ArrayList<>(owners);
        settledInOrder.retainAll(settled);
        List<NodeId> fallbacks = new ArrayList<>(order);
        fallbacks.removeAll(owners);
        moves.forEach(move -> fallbacks.remove(move.to()));
        return new PreferenceList(owners, settledInOrder, fallbacks, moves, returning);
    }

    private static List<NodeId> presentOf(List<NodeId> nodes, SortedMap<NodeId, Member> present) {
        List<NodeId> kept = new ArrayList<>(nodes);
        kept.removeIf(node -> !present.containsKey(node));
        return kept;
    }

    private static SortedMap<NodeId, Member> present(SortedMap<NodeId, Member> members) {
        SortedMap<NodeId, Member> present = new TreeMap<>(members);
        present.values().removeIf(member -> member.state().isGone());
        return present;
    }
}
