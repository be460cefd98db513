package io.kvorum.ring;

/** Where a member stands in its life, as the history tells it. It says nothing of whether the node can be reached. */
public enum MemberState {
    /** Known to the cluster, without tokens yet. */
    JOINING,
    /** Holds tokens. */
    SERVING,
    /** Asked to leave; keeps its data until others have it. */
    LEAVING,
    /** Left in order. Never comes back under this identity. */
    LEFT,
    /** Removed or replaced by the operator. Never comes back under this identity. */
    REMOVED;

    /** Returns whether the node is out of the cluster for ever. */
    public boolean isGone() {
        return this == LEFT || this == REMOVED;
    }
}
