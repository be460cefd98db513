package io.kvorum.server.command.admin;

import io.kvorum.ring.HashSlot;
import io.kvorum.ring.Member;
import io.kvorum.server.membership.ClusterView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ring as clients of Redis Cluster are told it: ranges of slots, each with a master and replicas.
 *
 * <pre>
 *   partition   owners      →   slots          master  replicas
 *       0       a b c           0 – 127        a       b c
 *       1       a b c
 *       2       b c a           128 – 191      b       c a
 * </pre>
 *
 * The first owner of a partition is told as its master, the other owners as its replicas, so that every node is the
 * master of its share and a request goes straight to the node that coordinates it. Since any owner can coordinate, a
 * node that does not answer is left out, as if a failover had taken place: a client would go on asking it. Where no owner
 * answers, all are told.
 */
final class ClusterTopology {
    private final ClusterView view;
    private final @Nullable Member[] members;

    ClusterTopology(ClusterView view) {
        this.view = view;
        this.members = new Member[view.peers()];
        for (int peer = 0; peer < members.length; peer++) {
            Member member = view.ring().member(view.member(peer));
            members[peer] = member == null || member.state().isGone() ? null : member;
        }
    }

    /**
     * A range of slots and who serves it.
     *
     * @param first slot
     * @param last slot
     * @param peers peer numbers, the master first
     */
    record Range(int first, int last, List<Integer> peers) {}

    /** The ranges in order of their slots, as few as possible; slots that nobody owns are in none. */
    List<Range> ranges() {
        List<Range> ranges = new ArrayList<>();
        int[] before = {};
        int first = 0;
        int partitions = view.ring().partitions();
        for (int partition = 0; partition < partitions; partition++) {
            int[] servers = servers(partition);
            int slot = view.ring().slotRange(partition).first();
            if (!Arrays.equals(servers, before)) {
                add(ranges, first, slot - 1, before);
                before = servers;
                first = slot;
            }
        }
        add(ranges, first, HashSlot.COUNT - 1, before);
        return ranges;
    }

    private static void add(List<Range> ranges, int first, int last, int[] peers) {
        if (peers.length > 0) {
            ranges.add(new Range(first, last, Arrays.stream(peers).boxed().toList()));
        }
    }

    /** Owners whose address is known: healthy and settled ones, healthy ones; all of them if none is healthy. */
    private int[] servers(int partition) {
        int[] owners = view.coordinators(partition);
        int[] servers = new int[owners.length];
        int count = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int owner : owners) {
                boolean settled = owner >= 0 && view.isSettled(partition, owner);
                if (isKnown(owner) && view.isHealthy(owner) && settled == (pass == 0)) {
                    servers[count++] = owner;
                }
            }
        }
        if (count == 0) {
            for (int owner : owners) {
                if (isKnown(owner)) {
                    servers[count++] = owner;
                }
            }
        }
        return Arrays.copyOf(servers, count);
    }

    private boolean isKnown(int peer) {
        return peer >= 0 && members[peer] != null && member(peer).respPort() > 0;
    }

    /** Peer numbers of the present members, by which all lists of nodes are ordered. */
    List<Integer> peers() {
        List<Integer> peers = new ArrayList<>();
        for (int peer = 0; peer < members.length; peer++) {
            if (members[peer] != null) {
                peers.add(peer);
            }
        }
        return peers;
    }

    /** The present member with this peer number. */
    Member member(int peer) {
        Member member = members[peer];
        if (member == null) {
            throw new IllegalArgumentException("peer " + peer + " is no member");
        }
        return member;
    }

    /** Whether the member answers, as far as this node knows. */
    boolean isHealthy(int peer) {
        return view.isHealthy(peer);
    }

    /** How many slots have a healthy settled owner. */
    int slotsServed() {
        int partitions = 0;
        for (int partition = 0; partition < view.ring().partitions(); partition++) {
            partitions += view.firstHealthySettledOwner(partition) >= 0 ? 1 : 0;
        }
        return partitions * (HashSlot.COUNT / view.ring().partitions());
    }
}
