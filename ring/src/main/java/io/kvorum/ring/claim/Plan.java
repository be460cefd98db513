package io.kvorum.ring.claim;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a change of membership would do, to be looked at before it is committed. Immutable.
 *
 * @param tokens who would get which token: what is committed
 * @param ring the ring as it would be right after the commit, with all the moves still to do
 * @param ownedBefore partitions each node owns before
 * @param ownedAfter partitions each node owns when all is done
 * @param crowdedBefore partitions of which two owners share a zone, before; 0 if all members are in one zone
 * @param crowdedDuring likewise at some step on the way
 * @param crowdedAfter likewise when all is done
 */
public record Plan(
        Assignment tokens,
        Ring ring,
        SortedMap<NodeId, Integer> ownedBefore,
        SortedMap<NodeId, Integer> ownedAfter,
        int crowdedBefore,
        int crowdedDuring,
        int crowdedAfter) {
    /** Copies the maps. */
    public Plan {
        ownedBefore = Collections.unmodifiableSortedMap(new TreeMap<>(ownedBefore));
        ownedAfter = Collections.unmodifiableSortedMap(new TreeMap<>(ownedAfter));
    }

    /** Returns the members that should have tokens: those that neither leave nor are gone. */
    public static List<Member> claimants(Ring ring) {
        return ring.members().stream()
                .filter(member -> member.state() != MemberState.LEAVING)
                .toList();
    }

    /**
     * Plans a claim of these members.
     *
     * @param ring the ring as it is
     * @param claimants who shall have tokens
     * @param thorough whether zones are parted whatever it costs, see {@link Claim#rebalance}
     */
    public static Plan of(Ring ring, Collection<Member> claimants, boolean thorough) {
        Assignment before = ring.assignment();
        Assignment tokens = thorough
                ? Claim.rebalance(ring.partitions(), ring.n(), claimants, before)
                : Claim.claim(ring.partitions(), ring.n(), claimants, before);
        RingBuilder builder = RingBuilder.from(ring).plan(ring.plan(), tokens);
        claimants.forEach(builder::member);
        return between(ring, builder.build());
    }

    /**
     * Tells what a change does that comes to a ring made by other means.
     *
     * @param before the ring as it is
     * @param planned the same cluster right after the commit, with all the moves still to do; has tokens
     */
    public static Plan between(Ring before, Ring planned) {
        Zones zonesBefore = new Zones(before);
        Zones zones = new Zones(planned);
        SortedMap<NodeId, Integer> ownedBefore = new TreeMap<>();
        SortedMap<NodeId, Integer> ownedAfter = new TreeMap<>();
        int crowdedBefore = 0;
        int crowdedDuring = 0;
        int crowdedAfter = 0;
        for (int partition = 0; partition < planned.partitions(); partition++) {
            List<NodeId> first = before.settledOwners(partition);
            List<List<NodeId>> steps = steps(planned.preferenceList(partition));
            List<NodeId> last = steps.get(steps.size() - 1);
            first.forEach(node -> ownedBefore.merge(node, 1, Integer::sum));
            last.forEach(node -> ownedAfter.merge(node, 1, Integer::sum));
            crowdedBefore += zonesBefore.areCrowded(first) ? 1 : 0;
            crowdedAfter += zones.areCrowded(last) ? 1 : 0;
            crowdedDuring += steps.stream().anyMatch(zones::areCrowded) ? 1 : 0;
        }
        Assignment tokens = Objects.requireNonNull(planned.assignment(), "a planned ring has tokens");
        return new Plan(tokens, planned, ownedBefore, ownedAfter, crowdedBefore, crowdedDuring, crowdedAfter);
    }

    /** Returns the transfers: one for each partition that somebody has to pull, or may let go. */
    public List<Move> moves() {
        return ring.moves();
    }

    /** Returns the settled owners now and after each move. */
    private static List<List<NodeId>> steps(PreferenceList list) {
        List<List<NodeId>> steps = new ArrayList<>();
        List<NodeId> owners = new ArrayList<>(list.settled());
        steps.add(List.copyOf(owners));
        for (Move move : list.moves()) {
            if (move.from() != null) {
                owners.remove(move.from());
            }
            if (move.to() != null) {
                owners.add(move.to());
            }
            steps.add(List.copyOf(owners));
        }
        return steps;
    }

    /** The zones of a ring's members. */
    private static final class Zones {
        private final Ring ring;
        private final long count;

        Zones(Ring ring) {
            this.ring = ring;
            this.count = ring.members().stream()
                    .filter(member -> member.weight() > 0)
                    .map(Member::zone)
                    .distinct()
                    .count();
        }

        boolean areCrowded(List<NodeId> owners) {
            return count > 1 && owners.stream().map(this::zoneOf).distinct().count() < owners.size();
        }

        private String zoneOf(NodeId node) {
            Member member = ring.member(node);
            return member == null ? "" : member.zone();
        }
    }
}
