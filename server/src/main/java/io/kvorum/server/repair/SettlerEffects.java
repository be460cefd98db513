package io.kvorum.server.repair;

/** What a settler wants done. Called from within its methods; must not call back into it. */
public interface SettlerEffects {
    /** This node's root sum of a partition, now. */
    long rootSum(int partition);

    /**
     * Ask the peer for a chunk, and report {@link CopySettler#onAnswer} or {@link CopySettler#onFailed} later, once.
     *
     * @param fromHash the first table hash wanted
     * @param knownSum this node's root sum
     */
    void pull(int peer, int partition, long fromHash, long knownSum, int chunkBytes);

    /**
     * Merge a record into this node's copy.
     *
     * @return false if that cannot be done now, for want of memory or disk
     */
    boolean merge(int partition, byte[] record);

    /** The copy has everything: it may coordinate and count. */
    void settled(int partition);
}
