package io.kvorum.ring.detector;

import io.kvorum.ring.NodeId;

/** What a failure detector wants done. Called from within its methods; must not call back into it. */
public interface DetectorEffects {
    /** Ask the peer for a sign of life, connecting first if need be; report what comes of it. */
    void probe(NodeId peer);

    /** This node now sees the peer otherwise: tell routing, hand-off and gossip. */
    void statusChanged(NodeId peer, PeerStatus from, PeerStatus to);
}
