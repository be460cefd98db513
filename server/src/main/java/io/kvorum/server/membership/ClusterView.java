package io.kvorum.server.membership;

import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.Ring;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the cluster at one moment: the ring, who answers, and whose copies are settled. Immutable;
 * published by the control thread, read by every loop. Members are named by peer number (see
 * {@link io.kvorum.server.peer.PeerTransport}); this node is number 0.
 */
public final class ClusterView {
    private static final int SELF = 0;
    private static final int[] NOBODY = {};

    private final Ring ring;
    private final List<NodeId> members;
    private final boolean[] healthy;
    private final List<BitSet> unsettled;

    /** Peer numbers of those that are about to stop. */
    private final BitSet draining;

    private final int[][] owners;

    /** By partition: who takes it over now; one empty array for all where nobody does. */
    private final int[][] incoming;

    /** By peer number: the partitions that it owns and has consented to give up. */
    private final List<BitSet> givenUp;

    /** The partitions that an owner has consented to give up. */
    private final BitSet betweenOwners = new BitSet();

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
        this(ring, members, healthy, unsettled, new BitSet(), null);
    }

    /**
     * Makes a view that takes what has not changed from an earlier one.
     *
     * @param draining peer numbers of those that are about to stop, and are passed commands only where nobody else can run them
     * @param before any other view, or null; of use if it has the same members and the ring shares preference lists with its
     *     ring, as those do that {@link io.kvorum.ring.history.RingFold#update} returns one after the other
     */
    public ClusterView(
            Ring ring,
            List<NodeId> members,
            boolean[] healthy,
            List<BitSet> unsettled,
            BitSet draining,
            @Nullable ClusterView before) {
        this.ring = ring;
        this.members = List.copyOf(members);
        this.healthy = healthy.clone();
        this.unsettled = unsettled.stream().map(set -> (BitSet) set.clone()).toList();
        this.draining = (BitSet) draining.clone();
        this.owners = new int[ring.partitions()][];
        this.incoming = new int[ring.partitions()][];
        this.givenUp = givenUp(ring, this.members);
        givenUp.forEach(betweenOwners::or);
        this.firstHealthySettled = new int[ring.partitions()];
        this.fallbacks = new AtomicReferenceArray<>(ring.partitions());
        boolean alike = before != null && before.owners.length == owners.length && before.members.equals(this.members);
        for (int partition = 0; partition < owners.length; partition++) {
            PreferenceList list = ring.preferenceList(partition);
            if (before != null && alike && list.equals(before.ring.preferenceList(partition))) {
                owners[partition] = before.owners[partition];
                incoming[partition] = before.incoming[partition];
                fallbacks.setPlain(partition, before.fallbacks.getPlain(partition));
            } else {
                owners[partition] = peers(list.settled());
                List<NodeId> arriving = list.incoming();
                incoming[partition] = arriving.isEmpty() ? NOBODY : peers(arriving);
            }
            firstHealthySettled[partition] = findCoordinator(partition);
        }
    }

    private static List<BitSet> givenUp(Ring ring, List<NodeId> members) {
        List<BitSet> givenUp = new ArrayList<>();
        members.forEach(member -> givenUp.add(new BitSet()));
        for (Move move : ring.moves()) {
            int peer = move.from() == null ? -1 : members.indexOf(move.from());
            if (move.consented() && peer >= 0) {
                givenUp.get(peer).set(move.partition());
            }
        }
        return givenUp;
    }

    private int[] peers(List<NodeId> nodes) {
        int[] peers = new int[nodes.size()];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = members.indexOf(nodes.get(i));
        }
        return peers;
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

    /**
     * Peer numbers of the partition's owners that are settled in the ring, in the order of the preference list: those that
     * count. Who takes the partition over is none of them before it has settled. Not to be changed.
     */
    public int[] owners(int partition) {
        return owners[partition];
    }

    /**
     * The owners in the order in which they are asked to coordinate: as {@link #owners}, but those that are about to stop come
     * last. Not to be changed.
     */
    public int[] coordinators(int partition) {
        int[] list = owners[partition];
        return draining.isEmpty() ? list : drainingLast(list);
    }

    private int[] drainingLast(int[] list) {
        int[] ordered = new int[list.length];
        int count = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int owner : list) {
                if ((owner >= 0 && draining.get(owner)) == (pass == 1)) {
                    ordered[count++] = owner;
                }
            }
        }
        return ordered;
    }

    /** Whether this node is about to leave: it keeps nothing more for others. */
    public boolean isLeaving() {
        Member self = ring.member(members.get(SELF));
        return self != null && self.state() == MemberState.LEAVING;
    }

    /** Peer numbers of those that are taking the partition over: they are sent what is written. Not to be changed. */
    public int[] incoming(int partition) {
        return incoming[partition];
    }

    /** The peer number of who joins the owners of the partition now, and takes nobody's place; -1 if nobody does. */
    public int joining(int partition) {
        Move move = incoming[partition].length == 0
                ? null
                : ring.preferenceList(partition).activeMove();
        return move == null || move.from() != null ? -1 : members.indexOf(move.to());
    }

    /** Whether this node is taking the partition over. */
    public boolean arrivingHere(int partition) {
        for (int peer : incoming[partition]) {
            if (peer == SELF) {
                return true;
            }
        }
        return false;
    }

    /** Whether this node gave the partition up to one that is gone, and is to join the owners again with what it has. */
    public boolean returnsHere(int partition) {
        return ring.preferenceList(partition).isReturning(members.get(SELF));
    }

    /** Whether this node's copy may be read by others, and counts: it owns the partition and has not given it up. */
    public boolean answersHere(int partition) {
        return ownedHere(partition) && !givenUp.get(SELF).get(partition);
    }

    /** Whether this node's copy takes what others write. */
    public boolean takesHere(int partition) {
        return answersHere(partition) || arrivingHere(partition);
    }

    /**
     * Whether an owner has given the partition up, and its successor does not count yet, for all that is known here: the
     * others do alone for a moment.
     */
    public boolean isBetweenOwners(int partition) {
        return betweenOwners.get(partition);
    }

    /** Whether the other view has the same owners of the partition, and the same changes to them before it. */
    public boolean agreesOn(int partition, ClusterView other) {
        return ring.preferenceList(partition).equals(other.ring.preferenceList(partition));
    }

    /** Whether an owner can be expected to answer: it is healthy, and has not given the partition up. */
    public boolean isAskable(int partition, int owner) {
        return healthy[owner] && !givenUp.get(owner).get(partition);
    }

    /** Peer numbers of those that take an owner's place while it is away, in their order. Not to be changed. */
    public int[] fallbacks(int partition) {
        int[] list = fallbacks.get(partition);
        if (list == null) {
            list = peers(ring.preferenceList(partition).fallbacks());
            fallbacks.set(partition, list);
        }
        return list;
    }

    /** Whether this node owns the partition. */
    public boolean ownedHere(int partition) {
        return isOwner(partition, SELF);
    }

    /** Whether this node owns the partition, has forgotten nothing of it, and has not given it up: it may coordinate. */
    public boolean settledHere(int partition) {
        return isOwner(partition, SELF) && isSettled(partition, SELF);
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

    /** Whether the peer's copy of the partition has forgotten nothing, for all that is known here, and answers for it. */
    public boolean isSettled(int partition, int peer) {
        return !unsettled.get(peer).get(partition) && !givenUp.get(peer).get(partition);
    }

    /** Whether this node and a peer both own the partition, and neither has forgotten anything of it. */
    public boolean bothSettled(int partition, int peer) {
        return settledHere(partition) && isOwner(partition, peer) && isSettled(partition, peer);
    }

    /**
     * The first healthy settled owner of the partition: who runs its read-modify-writes. One that is about to stop only if there
     * is no other, -1 if there is none.
     */
    public int firstHealthySettledOwner(int partition) {
        return firstHealthySettled[partition];
    }

    private int findCoordinator(int partition) {
        for (int owner : coordinators(partition)) {
            if (healthy[owner] && isSettled(partition, owner)) {
                return owner;
            }
        }
        return -1;
    }
}
