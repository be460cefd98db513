package io.kvorum.ring.detector;

import io.kvorum.ring.NodeId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * This node's view of its peers, from what traffic shows. Owned by the control thread; others see what it tells through
 * {@link DetectorEffects}.
 *
 * <p>A missed deadline, or two missed requests in a row, makes a peer suspect at once; it is then probed, at growing gaps,
 * until it answers. A peer that has lately flapped must answer more than once, some time apart, before it is trusted.
 * A peer that says that it stops is down at once, which is no flap, until its next life is connected.
 * What was missed while this node itself stood still is not held against anybody. Durations come from the monotonic
 * clock, as {@code nowNanos}, which never decreases.
 *
 * <p>Events about a node that is not watched are ignored: they are late.
 */
public final class FailureDetector {
    private final DetectorPolicy policy;
    private final OwnPauses pauses;
    private final SortedMap<NodeId, Peer> peers = new TreeMap<>();

    /** Starts without peers. */
    public FailureDetector(DetectorPolicy policy, long nowNanos) {
        this.policy = policy;
        this.pauses = new OwnPauses(policy, nowNanos);
    }

    /** Begins to watch a peer: down until it connects or answers, and probed at the next tick. */
    public void watch(NodeId node, long nowNanos) {
        peers.computeIfAbsent(node, id -> new Peer(id, nowNanos));
    }

    /** Ceases to watch a peer, which left the cluster. */
    public void forget(NodeId node) {
        peers.remove(node);
    }

    /** Returns how the peer is seen; DOWN if it is not watched. */
    public PeerStatus status(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? PeerStatus.DOWN : peer.status;
    }

    /** Returns how all watched peers are seen, as of now. */
    public SortedMap<NodeId, PeerStatus> statuses() {
        SortedMap<NodeId, PeerStatus> statuses = new TreeMap<>();
        for (Peer peer : peers.values()) {
            statuses.put(peer.id, peer.status);
        }
        return Collections.unmodifiableSortedMap(statuses);
    }

    /** A request to the peer, sent at {@code sentNanos}, went unanswered for longer than is usual. */
    public void onRequestMissed(NodeId node, long sentNanos, long nowNanos, DetectorEffects effects) {
        onMissed(node, sentNanos, nowNanos, 1, effects);
    }

    /** A request to the peer, sent at {@code sentNanos}, had no answer by its deadline. */
    public void onDeadlineMissed(NodeId node, long sentNanos, long nowNanos, DetectorEffects effects) {
        onMissed(node, sentNanos, nowNanos, policy.missesMax(), effects);
    }

    /** The peer said that it stops: whatever else it answers, it is down until {@link #onNewLife}. */
    public void onParting(NodeId node, long nowNanos, DetectorEffects effects) {
        pauses.onEvent(nowNanos);
        Peer peer = peers.get(node);
        if (peer != null && !peer.parting) {
            peer.parting = true;
            peer.trialAnswers = 0;
            peer.probeGapNanos = policy.probeFirstNanos();
            peer.nextProbeNanos = nowNanos + policy.probeFirstNanos();
            become(peer, PeerStatus.DOWN, effects);
        }
    }

    /** Another life of the peer is there than the one that said that it stops. */
    public void onNewLife(NodeId node) {
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.parting = false;
        }
    }

    /** Whether the peer said that it stops, and no other life of it is there yet. */
    public boolean isParting(NodeId node) {
        Peer peer = peers.get(node);
        return peer != null && peer.parting;
    }

    /** A connection to the peer stands and its identity is proven. Counts as an answer. */
    public void onConnected(NodeId node, long nowNanos, DetectorEffects effects) {
        pauses.onEvent(nowNanos);
        Peer peer = peers.get(node);
        if (peer != null) {
            peer.connected = true;
            answered(peer, nowNanos, effects);
        }
    }

    /** The last connection to the peer is gone. */
    public void onDisconnected(NodeId node, long nowNanos, DetectorEffects effects) {
        pauses.onEvent(nowNanos);
        Peer peer = peers.get(node);
        if (peer != null && peer.connected) {
            peer.connected = false;
            if (!peer.parting) {
                suspect(peer, nowNanos, effects);
            }
        }
    }

    /** The peer answered something. One report per peer and tick is enough. */
    public void onAnswered(NodeId node, long nowNanos, DetectorEffects effects) {
        pauses.onEvent(nowNanos);
        Peer peer = peers.get(node);
        if (peer != null) {
            answered(peer, nowNanos, effects);
        }
    }

    /** Time passed: asks for the probes that are due. */
    public void tick(long nowNanos, DetectorEffects effects) {
        pauses.onTick(nowNanos);
        for (Peer peer : peers.values()) {
            if (peer.status == PeerStatus.UP) {
                if (peer.flaps > 0 && nowNanos - peer.calmSinceNanos >= policy.calmNanos()) {
                    peer.flaps--;
                    peer.calmSinceNanos = nowNanos;
                }
            } else if (nowNanos - peer.nextProbeNanos >= 0 && !(peer.parting && peer.connected)) {
                peer.nextProbeNanos = nowNanos + peer.probeGapNanos;
                peer.probeGapNanos = Math.min(2 * peer.probeGapNanos, policy.probeMaxNanos());
                effects.probe(peer.id);
            }
        }
    }

    private void onMissed(NodeId node, long sentNanos, long nowNanos, int misses, DetectorEffects effects) {
        pauses.onEvent(nowNanos);
        Peer peer = peers.get(node);
        if (peer == null || 2 * pauses.within(sentNanos, nowNanos) > nowNanos - sentNanos) {
            return;
        }
        peer.misses = Math.min(policy.missesMax(), peer.misses + misses);
        peer.trialAnswers = 0;
        if (peer.status == PeerStatus.UP && peer.misses >= policy.missesMax()) {
            suspect(peer, nowNanos, effects);
        }
    }

    private void suspect(Peer peer, long nowNanos, DetectorEffects effects) {
        if (peer.status == PeerStatus.UP) {
            peer.flaps = Math.min(peer.flaps + 1, policy.trialAnswersMax());
            peer.probeGapNanos = policy.probeFirstNanos();
            peer.nextProbeNanos = nowNanos;
        }
        peer.trialAnswers = 0;
        peer.calmSinceNanos = nowNanos;
        become(peer, peer.connected ? PeerStatus.SUSPECT : PeerStatus.DOWN, effects);
    }

    private void answered(Peer peer, long nowNanos, DetectorEffects effects) {
        peer.misses = 0;
        if (peer.status == PeerStatus.UP || peer.parting) {
            return;
        }
        if (peer.trialAnswers == 0 || nowNanos - peer.countedNanos >= policy.trialGapNanos()) {
            peer.trialAnswers++;
            peer.countedNanos = nowNanos;
            peer.probeGapNanos = policy.trialGapNanos();
            peer.nextProbeNanos = nowNanos + policy.trialGapNanos();
        }
        if (peer.trialAnswers >= Math.max(1, peer.flaps)) {
            peer.calmSinceNanos = nowNanos;
            become(peer, PeerStatus.UP, effects);
        } else {
            become(peer, peer.connected ? PeerStatus.SUSPECT : PeerStatus.DOWN, effects);
        }
    }

    private static void become(Peer peer, PeerStatus status, DetectorEffects effects) {
        PeerStatus before = peer.status;
        if (before != status) {
            peer.status = status;
            effects.statusChanged(peer.id, before, status);
        }
    }

    private final class Peer {
        final NodeId id;
        PeerStatus status = PeerStatus.DOWN;
        boolean connected;
        boolean parting;
        int misses;
        int flaps;
        int trialAnswers;
        long countedNanos;
        long calmSinceNanos;
        long nextProbeNanos;
        long probeGapNanos = policy.probeFirstNanos();

        Peer(NodeId id, long nowNanos) {
            this.id = id;
            this.calmSinceNanos = nowNanos;
            this.nextProbeNanos = nowNanos;
        }
    }
}
