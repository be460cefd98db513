package io.kvorum.tests.sim.story;

/** Rare ways through the code. A campaign that never took one of them has proven nothing about it, and fails. */
public enum Probe {
    /** A read asked one more owner because an answer was late. */
    HEDGE,
    /** Two owners' records differed. */
    DIGEST_MISMATCH,
    /** A stale owner was sent a record. */
    READ_REPAIR,
    /** A command was passed on to another node. */
    FORWARDED,
    /** A context named a write that the coordinator's copy had not heard of. */
    UNKNOWN_DOT,
    /** A record listed a superseded dot that its vector did not cover. */
    SUPERSEDED_LISTED,
    /** An increment was superseded by a write that had not seen it. */
    AMENDMENT_SUPERSEDED,
    /** A counter was born by two coordinators that did not know of each other. */
    BORN_APART,
    /** Siblings were superseded because there were too many. */
    SIBLING_LIMIT,
    /** A key had siblings. */
    SIBLINGS,
    /** A write was in doubt. */
    IN_DOUBT,
    /** A client wrote with the context of its own attempt that was in doubt. */
    SUPERSEDED_OWN_DOUBT,
    /** A request was refused because too few owners could be reached. */
    CLUSTER_DOWN,
    /** A request should be tried again. */
    TRY_AGAIN,
    /** A record came in a frame that was too old. */
    STALE_FRAME,
    /** A value ended. */
    EXPIRED,
    /** A node that had lost its copies had them again. */
    SETTLED_AFTER_LOSS,
    /** A node crashed and kept its copies. */
    CRASHED_WITH_MEMORY,
    /** The power failed on a machine. */
    POWER_FAILED,
    /** All nodes crashed at once. */
    ALL_CRASHED,
    /** The power failed under a node that forces before it acknowledges. */
    POWER_FAILED_AND_FORCED,
    /** The power failed under all such nodes at once, after something had been acknowledged. */
    ALL_POWER_FAILED_AND_FORCED,
    /** A node with copies on its disk was stopped in order. */
    STOPPED,
    /** A start found more in the journal than in the checkpoint. */
    REPLAYED,
    /** A journal failed. */
    JOURNAL_FAILED,
    /** A disk took changes again, after it had not. */
    DISK_RECOVERED,
    /** A change was refused by a disk. */
    DISK_REFUSED,
    /** A client was told that a disk takes no writes. */
    DISK_REFUSAL_TOLD,
    /** A change was made while the disk was full. */
    WROTE_WHILE_FULL,
    /** A change waited for the checkpoint. */
    WAITED_FOR_CHECKPOINT,
    /** A checkpoint was made after one had failed. */
    CHECKPOINT_RECOVERED,
    /** A node could not start, as its disk did not let it. */
    START_REFUSED,
    /** A machine stood still. */
    PAUSED,
    /** A direction between two nodes was cut. */
    CUT,
    /** A record that was dead for long was dropped. */
    REAPED,
    /** Everything was flushed. */
    FLUSHED,
    /** A flush was refused, as the disk took no more. */
    FLUSH_REFUSED,
    /** A fallback took a write in the place of an owner. */
    HINTED,
    /** A fallback made a version in the place of owners, none of which it could reach. */
    STOOD_IN,
    /** A hint was refused for want of room. */
    HINTS_FULL,
    /** A read was told of what a fallback keeps. */
    HINT_READ,
    /** A hint reached its target and went. */
    HINT_HANDED_OFF,
    /** A write was acknowledged before as many owners as it needed had it. */
    ACKNOWLEDGED_BY_HINT,
    /** A plan was committed that gives the ring other members. */
    REPLANNED,
    /** Events of the membership history became one. */
    COMPACTED,
    /** A calendar jumped. */
    CLOCK_JUMPED
}
