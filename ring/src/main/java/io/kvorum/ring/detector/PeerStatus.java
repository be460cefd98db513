package io.kvorum.ring.detector;

/** How one node sees another. An opinion for routing, never a reason to remove anybody. */
public enum PeerStatus {
    /** Answers. */
    UP,
    /** Connected, but missed what it should have answered. */
    SUSPECT,
    /** Suspect and not connected. */
    DOWN
}
