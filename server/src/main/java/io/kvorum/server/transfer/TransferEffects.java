package io.kvorum.server.transfer;

import io.kvorum.server.peer.message.EntriesAnswer;

/**
 * What a transfer wants done. Called from within its methods; must not call back into it. Each question is answered once,
 * later, with its ticket, by the method of {@link Transfers} named there or by {@link Transfers#onFailed}.
 */
interface TransferEffects {
    /**
     * Forget what is here of a partition: it may be left from a former ownership.
     *
     * @return false if the disk does not take that now
     */
    boolean drop(int partition);

    /** Ask for a chunk of a partition: {@link Transfers#onPulled}. */
    void pull(int peer, int partition, long ticket, long fromHash);

    /** Ask for leaf sums from a leaf on: {@link Transfers#onLeaves}. */
    void askLeaves(int peer, int partition, long ticket, int first);

    /** Ask what is below leaves: {@link Transfers#onEntries}. */
    void askEntries(int peer, int partition, long ticket, int[] leaves);

    /** Ask for the records at positions: {@link Transfers#onFetched}. */
    void fetch(int peer, int partition, long ticket, long[] positions);

    /** Wait until all that was merged is on disk, where anything is: {@link Transfers#onForced}. */
    void force(int partition, long ticket);

    /** Merge a record into this node's copy; false if there is no room for it now. */
    boolean merge(int partition, byte[] record);

    /** This node's root sum of a partition. */
    long root(int partition);

    /** How many leaves a partition has. */
    int leafCount();

    /** This node's sum of a leaf. */
    long leaf(int partition, int leaf);

    /** How many leaves of a partition can be looked through in one go. */
    int leavesAtOnce(int partition);

    /** The positions below leaves at which the other has something that is not the same here. */
    long[] lacking(int partition, int[] leaves, EntriesAnswer answer);
}
