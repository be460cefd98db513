package io.kvorum.server.membership;

import io.kvorum.ring.Member;
import io.kvorum.ring.detector.PeerStatus;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the cluster, for people. Immutable; the control thread publishes it, anybody reads it.
 *
 * @param clusterId the cluster
 * @param clusterName its name
 * @param historyHash hash of the membership history: members with equal ones agree on the ring
 * @param historyEvents how many events the history tells of
 * @param historyCompacted how many of them have become one
 * @param members all that are or were members, by peer number, this node first
 * @param met whether a majority of owners could be asked once since the start, or has had ten seconds for that
 * @param fencedBy why this node must not serve any more, or null
 */
public record MembershipStatus(
        UUID clusterId,
        String clusterName,
        long historyHash,
        long historyEvents,
        long historyCompacted,
        List<MemberStatus> members,
        boolean met,
        @Nullable String fencedBy) {
    /** Copies the list. */
    public MembershipStatus {
        members = List.copyOf(members);
    }

    /**
     * One member as this node sees it.
     *
     * @param peer its peer number
     * @param member what the ring says of it
     * @param status whether it answers; UP for this node itself
     * @param connections how many of this node's loops are connected to it
     * @param ownedPartitions how many partitions it owns
     * @param unsettledPartitions how many of these have a copy there that may have forgotten events
     * @param problem why there is no connection, if one of the two refuses the other; what it said of its end; or null
     */
    public record MemberStatus(
            int peer,
            Member member,
            PeerStatus status,
            int connections,
            int ownedPartitions,
            int unsettledPartitions,
            @Nullable String problem) {}

    /** Why this node is not ready to serve, one sentence each; empty if it is ready. */
    public List<String> notReady() {
        if (fencedBy != null) {
            return List.of(fencedBy);
        }
        MemberStatus self = members.get(0);
        if (self.unsettledPartitions() == 0) {
            return met ? List.of() : List.of("started just now, and not enough other owners could be asked yet");
        }
        return Stream.concat(
                        Stream.of(self.unsettledPartitions() + " of " + self.ownedPartitions()
                                + " copies are not settled: they wait for the other owners"),
                        members.stream()
                                .filter(member -> member.problem() != null)
                                .map(member -> member.member().name() + ": " + member.problem()))
                .toList();
    }
}
