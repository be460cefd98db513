package io.kvorum.tests.sim.cluster;

/** How a life of a node's process ended. */
public enum LifeEnd {
    /** It was asked to stop, and its disk was in order: it goes on as if nothing had been. */
    STOPPED,
    /** It was asked to stop while its disk was in trouble: it goes on so, or as if it had been killed. */
    STOPPED_IN_TROUBLE,
    /** It was killed: not a record is missing. */
    KILLED,
    /** The power failed under a node that forces before it acknowledges: nothing acknowledged is missing. */
    POWER_FAILED,
    /** Whatever it was, acknowledged writes may be missing. */
    FORGOT
}
