package io.kvorum.tests.sim.cluster;

/** What happens to a node's durable storage. */
public enum StorageEvent {
    /** A start found changes in the journal that the checkpoint had not. */
    REPLAYED,
    /** A change had to wait, since the checkpoint was behind. */
    BUSY,
    /** A change was refused, since the disk did not take it. */
    REFUSED,
    /** A change was made while the disk had no room. */
    WROTE_WHILE_FULL,
    /** The journal could not be forced: from here on nothing is taken, and what goes on does so under new actors. */
    JOURNAL_FAILED,
    /** Changes are taken again. */
    RECOVERED,
    /** A checkpoint was made after others had failed. */
    CHECKPOINT_RECOVERED
}
