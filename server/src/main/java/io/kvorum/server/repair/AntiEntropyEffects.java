package io.kvorum.server.repair;

/**
 * What anti-entropy wants done. Called from within its methods; must not call back into it. Each question is answered
 * once, later, by the method of {@link AntiEntropy} named there, with its ticket, or by {@link AntiEntropy#onFailed}.
 */
interface AntiEntropyEffects {
    /** This node's root sum of a partition, now. */
    long root(int partition);

    /** How many records this node has of a partition. */
    int recordCount(int partition);

    /** How many leaves a partition has. */
    int leafCount();

    /** This node's sum of a leaf, now. */
    long leaf(int partition, int leaf);

    /** Visits this node's records below a leaf. */
    void visitLeaf(int partition, int leaf, CopyReader.EntryVisitor visitor);

    /** The sum of the hashes of this node's records at a position; 0 if there is none. */
    long hashAt(int partition, long position);

    /** Where a record of a peer belongs, the upper half of its position. */
    long positionOf(byte[] record);

    /**
     * Whether all that this node has at a position is dead for longer than the grace: an owner that has none is not sent it,
     * since it may have been reaped there.
     */
    boolean isPastGrace(int partition, long position);

    /** Ask for root sums unless this is their digest too: {@link AntiEntropy#onCompared}. */
    void compare(int peer, long ticket, long digest);

    /** Ask for leaf sums: {@link AntiEntropy#onLeaves}. */
    void askLeaves(int peer, long ticket, int partition, int first);

    /** Ask what is below leaves: {@link AntiEntropy#onEntries}. */
    void askEntries(int peer, long ticket, int partition, int[] leaves);

    /** Ask for the records at positions: {@link AntiEntropy#onFetched}. */
    void fetch(int peer, long ticket, int partition, long[] positions);

    /** Merge a record into this node's copy. */
    Merged merge(int partition, byte[] record);

    /** Send what this node has at a position, read anew: {@link AntiEntropy#onSent}. */
    void send(int peer, long ticket, int partition, long position);

    /** Count what became of a key that two looks found different. */
    void repaired(Repair repair);

    /** What became of a record that a peer has. */
    enum Merged {
        /** This node's copy holds it. */
        TAKEN,
        /** It is dead for longer than the grace, and there is none here: it may have been reaped. */
        PAST_GRACE,
        /** There is no memory or disk for it now. */
        NO_ROOM
    }

    /** What became of a key that two looks found different. */
    enum Repair {
        /** This node's copy changed. */
        PULLED,
        /** The peer's copy was behind, and was sent what is here. */
        SENT,
        /** Neither: both were equal by then. At rest there is none of these. */
        NOTHING
    }
}
