package io.kvorum.storage.engine;

/**
 * What a {@link Mutation} may know and draw while it holds the lock of a partition's copy. Valid until it returns, on
 * its thread.
 */
public interface PartitionScope {
    /** The actor of this life of the copy, never 0. The name of every event made here. */
    long actor();

    /**
     * Draws a stamp for an event of this actor. Only here, so that the order of stamps is the order of changes.
     *
     * @param newestSeen the newest stamp in record, amendments and context
     * @return newer than that, than every stamp drawn before, and than the last flush
     */
    long nextStamp(long newestSeen);

    /** What has a dot up to this stamp was flushed and must not come back by a merge; 0 if nothing ever was. */
    long flushedUpTo();

    /** Whether the copy has all of the partition's data; only then may it coordinate. */
    boolean isSettled();
}
