package io.kvorum.server.membership;

import io.kvorum.ring.Member;
import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster looks to this node: the view by which requests go, and the status for people. Owned by the control thread;
 * what it makes is for any.
 */
final class ClusterPicture {
    private static final int SELF = 0;

    private final Peers peers;
    private final CopyStates copies;
    private final Partings partings;
    private final Supplier<@Nullable Liveness> liveness;
    private final SortedMap<Integer, String> problems = new TreeMap<>();

    /** Whether a majority of owners could be asked once, or has had time enough. */
    private boolean met;

    /**
     * Looks at these.
     *
     * @param liveness null before the node talks to anybody
     */
    ClusterPicture(Peers peers, CopyStates copies, Partings partings, Supplier<@Nullable Liveness> liveness) {
        this.peers = peers;
        this.copies = copies;
        this.partings = partings;
        this.liveness = liveness;
    }

    /** Why there is no connection with a peer; null if nothing is in its way any more. */
    void problem(int peer, @Nullable String sentence) {
        if (sentence == null) {
            problems.remove(peer);
        } else {
            problems.put(peer, sentence);
        }
    }

    /** Who waits for the others no longer says that it is not ready because of them: it serves what it can. */
    void hasWaited() {
        met = true;
    }

    /** Whether a peer answers. */
    PeerStatus statusOf(int peer) {
        if (peer == SELF) {
            return PeerStatus.UP;
        }
        Liveness known = liveness.get();
        return known == null ? PeerStatus.DOWN : known.status(peer);
    }

    private int connections(int peer) {
        Liveness known = liveness.get();
        return known == null ? 0 : known.connections(peer);
    }

    /**
     * The view by which requests go from now on.
     *
     * @param before the one until now; null if this is the first
     */
    ClusterView view(Ring ring, @Nullable ClusterView before) {
        List<PeerDirectory.Entry> entries = peers.directory().entries();
        boolean[] healthy = new boolean[entries.size()];
        for (PeerDirectory.Entry entry : entries) {
            healthy[entry.peer()] = statusOf(entry.peer()) == PeerStatus.UP;
        }
        return new ClusterView(
                ring,
                entries.stream().map(PeerDirectory.Entry::id).toList(),
                healthy,
                copies.unsettled(entries.size()),
                partings.draining(),
                before);
    }

    /**
     * The same for people.
     *
     * @param view of this ring
     * @param fencedBy why this node is out of the cluster; null if it is not
     */
    MembershipStatus status(Ring ring, ClusterView view, History history, @Nullable String fencedBy) {
        List<PeerDirectory.Entry> entries = peers.directory().entries();
        int[] owned = new int[entries.size()];
        int[] unsettled = new int[entries.size()];
        boolean majorities = true;
        for (int partition = 0; partition < ring.partitions(); partition++) {
            int askable = 0;
            for (int owner : view.owners(partition)) {
                boolean settled = view.isSettled(partition, owner);
                owned[owner]++;
                unsettled[owner] += settled ? 0 : 1;
                askable += settled && (owner == SELF || connections(owner) > 0) ? 1 : 0;
            }
            // Where it owns nothing it passes requests on, and needs somebody to pass them to.
            majorities &= view.ownedHere(partition) ? 2 * askable > view.owners(partition).length : askable > 0;
        }
        met |= majorities;
        List<MembershipStatus.MemberStatus> members = new ArrayList<>();
        for (PeerDirectory.Entry entry : entries) {
            Member member = ring.member(entry.id());
            if (member != null) {
                int peer = entry.peer();
                String problem = problems.getOrDefault(peer, partings.sentence(peer));
                members.add(new MembershipStatus.MemberStatus(
                        peer, member, statusOf(peer), connections(peer), owned[peer], unsettled[peer], problem));
            }
        }
        Event.Compacted compacted = history.compacted();
        return new MembershipStatus(
                ring.clusterId(),
                ring.clusterName(),
                history.hash(),
                history.count(),
                compacted == null ? 0 : compacted.count(),
                members,
                met,
                fencedBy);
    }
}
