package io.kvorum.server.membership;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What this node knows of the cluster at one moment: the ring, who answers, and whose copies are settled. Immutable;
 * published by the control thread, read by every loop. Members are named by peer number (see
 * {@link io.kvorum.server.peer.PeerTransport}); this node is number 0.
 */
public final class ClusterView {
    private static final int SELF = 0;

    private final Ring ring;
    private final List<NodeId> members;
    private final boolean[] healthy;
    private final List<BitSet> unsettled;
    private final int[][] owners;
    private final int[] firstHealthySettled;

    /** By partition, made when first asked for: few ever are. */
    private final AtomicReferenceArray<int[]> fallbacks;

    /**
     * Makes a view.
     *
     * @param ring the ring
     * @param members identities by peer number; this node first. May hold nodes that the ring does not know (any more)
     * @param healthy by peer number: false for who is suspected not to answer
     * @param unsettled by peer number: the partitions whose copy there may have forgotten events
     */
    public ClusterView(Ring ring, List<NodeId> members, boolean[] healthy, List<BitSet> unsettled) {
        this.ring = ring;
        this.members = List.copyOf(members);
        this.healthy = healthy.clone();
        this.unsettled = unsettled.stream().map(set -> (BitSet) set.clone()).toList();
        this.owners = new int[ring.partitions()][];
        this.firstHealthySettled = new int[ring.partitions()];
        this.fallbacks = new AtomicReferenceArray<>(ring.partitions());
        for (int partition = 0; partition < owners.length; partition++) {
            owners[partition] = ring.preferenceList(partition).owners().stream()
                    .mapToInt(this.members::indexOf)
                    .toArray();
            firstHealthySettled[partition] = nextHealthySettled(partition, 0);
        }
    }

    /** The ring that this view was made from. */
    public Ring ring() {
        return ring;
    }

    /** The number of peer numbers, this node's included. */
    public int peers() {
        return members.size();
    }

    /** Who has this peer number. */
    public NodeId member(int peer) {
        return members.get(peer);
    }

    /** The partition of a position, by its upper half. */
    public int partitionOf(long positionHigh) {
        return ring.partitionOf(positionHigh);
    }

    /** Peer numbers of the partition's owners, in the order of the preference list. Not to be changed. */
    public int[] owners(int partition) {
        return owners[partition];
    }

    /** Peer numbers of those that take an owner's place while it is away, in their order. Not to be changed. */
    public int[] fallbacks(int partition) {
        int[] list = fallbacks.get(partition);
        if (list == null) {
            list = ring.preferenceList(partition).fallbacks().stream()
                    .mapToInt(members::indexOf)
                    .toArray();
            fallbacks.set(partition, list);
        }
        return list;
    }

    /** Whether this node owns the partition. */
    public boolean ownedHere(int partition) {
        return isOwner(partition, SELF);
    }

    /** Whether this node owns the partition and has forgotten nothing of it: it may coordinate. */
    public boolean settledHere(int partition) {
        return isOwner(partition, SELF) && !unsettled.get(SELF).get(partition);
    }

    /** Whether a peer owns the partition. */
    public boolean isOwner(int partition, int peer) {
        for (int owner : owners[partition]) {
            if (owner == peer) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing speaks against asking this peer. */
    public boolean isHealthy(int peer) {
        return healthy[peer];
    }

    /** Whether the peer's copy of the partition has forgotten nothing, for all that is known here. */
    public boolean isSettled(int partition, int peer) {
        return !unsettled.get(peer).get(partition);
    }

    /** Whether this node and a peer both own the partition, and neither has forgotten anything of it. */
    public boolean bothSettled(int partition, int peer) {
        return settledHere(partition) && isOwner(partition, peer) && isSettled(partition, peer);
    }

    /** The first healthy settled owner of the partition: who runs its read-modify-writes. -1 if there is none. */
    public int firstHealthySettledOwner(int partition) {
        return firstHealthySettled[partition];
    }

    /** The next healthy settled owner at or after a place in the preference list, or -1. */
    public int nextHealthySettled(int partition, int fromPlace) {
        int[] list = owners[partition];
        for (int place = fromPlace; place < list.length; place++) {
            if (healthy[list[place]] && isSettled(partition, list[place])) {
                return list[place];
            }
        }
        return -1;
    }
}
