package io.kvorum.ring;

import java.util.ArrayList;
import java.util.Arrays;
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
            owners.add(List.copyOf(walk.owners(partition)));
        }
        return owners;
    }

    /** Works out all preference lists. */
    public Ring build() {
        PreferenceList[] lists = new PreferenceList[partitions];
        Assignment tokens = assignment;
        if (tokens == null) {
            Arrays.fill(lists, new PreferenceList(List.of(), List.of(), List.of(), List.of(), List.of()));
            return new Ring(this, lists);
        }
        Map<NodeId, Member> present = present(members);
        Walk walk = new Walk(tokens, present, n);
        Map<PreferenceList, PreferenceList> shared = new HashMap<>();
        Map<Integer, List<Move>> agreed = new HashMap<>();
        Map<Integer, List<NodeId>> back = new HashMap<>();
        for (Move consent : consents) {
            NodeId from = consent.from();
            NodeId to = consent.to();
            if (from != null && present.containsKey(from) && (to == null || present.containsKey(to))) {
                agreed.computeIfAbsent(consent.partition(), key -> new ArrayList<>())
                        .add(new Move(consent.partition(), from, to, true));
            } else if (from != null && present.containsKey(from)) {
                back.computeIfAbsent(consent.partition(), key -> new ArrayList<>())
                        .add(from);
            }
        }
        for (int partition = 0; partition < partitions; partition++) {
            List<NodeId> wanted = walk.owners(partition);
            List<NodeId> settledHere =
                    settled == null ? new ArrayList<>(wanted) : presentOf(settled.get(partition), present);
            List<NodeId> returning = new ArrayList<>(back.getOrDefault(partition, List.of()));
            returning.retainAll(settledHere);
            settledHere.removeAll(returning);
            PreferenceList list = list(
                    partition,
                    wanted,
                    settledHere,
                    walk.order(partition),
                    agreed.getOrDefault(partition, List.of()),
                    returning);
            PreferenceList known = shared.putIfAbsent(list, list);
            lists[partition] = known == null ? list : known;
        }
        return new Ring(this, lists);
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

    private static List<NodeId> presentOf(List<NodeId> nodes, Map<NodeId, Member> present) {
        List<NodeId> kept = new ArrayList<>(nodes);
        kept.removeIf(node -> !present.containsKey(node));
        return kept;
    }

    private static Map<NodeId, Member> present(SortedMap<NodeId, Member> members) {
        Map<NodeId, Member> present = new TreeMap<>(members);
        present.values().removeIf(member -> member.state().isGone());
        return present;
    }
}
