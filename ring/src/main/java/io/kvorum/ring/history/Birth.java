package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.claim.Claim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The birth of a cluster: from the same settings every initial member derives the same identities and the same first
 * events, byte for byte, without asking anybody.
 *
 * <p>Node ids come from cluster name, nonce and member name, so a member may move to another address in its settings
 * without becoming another node. The cluster id comes from everything here: members whose settings differ found
 * different clusters, which refuse each other instead of disagreeing silently.
 *
 * @param clusterName the cluster's name
 * @param nonce empty, or what tells a cluster founded by force from an earlier one of the same name
 * @param members the initial members, in any order; names must differ
 * @param partitions Q, a power of two
 * @param partitioner how keys become positions
 * @param n owners of a partition
 */
public record Birth(
        String clusterName, String nonce, List<MemberSpec> members, int partitions, Partitioner partitioner, int n) {
    private static final long CREATED_STAMP = 1;
    private static final long JOINED_STAMP = 2;
    private static final long PLAN_STAMP = 3;

    /** Puts the members in order of their names, and checks that these differ. */
    public Birth {
        members =
                members.stream().sorted(Comparator.comparing(MemberSpec::name)).toList();
        Set<String> names = new HashSet<>();
        for (MemberSpec member : members) {
            if (!names.add(member.name())) {
                throw new IllegalArgumentException("two initial members are called " + member.name());
            }
        }
        if (members.isEmpty()) {
            throw new IllegalArgumentException("cluster " + clusterName + " has no initial members");
        }
    }

    /** Returns the cluster's id. */
    public UUID clusterId() {
        ByteWriter out = seed("cluster");
        out.varInt(partitions).utf8(partitioner.name()).varInt(n);
        members.forEach(member -> member.encode(out));
        return UUID.nameUUIDFromBytes(out.toByteArray());
    }

    /** Returns the id of the initial member with this name. */
    public NodeId nodeId(String memberName) {
        return new NodeId(UUID.nameUUIDFromBytes(seed("node").utf8(memberName).toByteArray()));
    }

    /** Returns the events: created, one joined for each member, and the first plan, whose owners are all settled. */
    public List<Event> events() {
        NodeId founder = new NodeId(clusterId());
        List<Event> events = new ArrayList<>();
        events.add(new Event.Created(
                new EventId(CREATED_STAMP, founder), clusterId(), clusterName, partitions, partitioner, n));
        List<Member> claimants = new ArrayList<>();
        for (MemberSpec spec : members) {
            NodeId node = nodeId(spec.name());
            events.add(new Event.Joined(new EventId(JOINED_STAMP, node), node, spec));
            claimants.add(new Member(node, spec, MemberState.JOINING));
        }
        Assignment tokens = Claim.claim(partitions, n, claimants, null);
        long baseHash = History.EMPTY.with(events).hash();
        events.add(new Event.PlanCommitted(new EventId(PLAN_STAMP, founder), null, baseHash, tokens));
        return events;
    }

    private ByteWriter seed(String what) {
        return new ByteWriter(64).utf8("kvorum").utf8(what).utf8(clusterName).utf8(nonce);
    }
}
