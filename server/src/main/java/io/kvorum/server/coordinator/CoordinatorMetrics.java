package io.kvorum.server.coordinator;

/** What coordinators of all loops count. Implementations are cheap and callable from any loop. */
public interface CoordinatorMetrics {
    /** Counts nothing: for tests. */
    CoordinatorMetrics NONE = new CoordinatorMetrics() {};

    /** A read waited this long for R answers. */
    default void readQuorumWaited(long nanos) {}

    /** A write waited this long for W answers. */
    default void writeQuorumWaited(long nanos) {}

    /** A read waited this long for a value that was on this node's disk alone, whether or not it came. */
    default void coldReadWaited(long nanos) {}

    /** A read asked one more owner because an answer was late. */
    default void hedged() {}

    /** Two owners' records differed. */
    default void mismatched() {}

    /** A fallback took a write in the place of an owner that was away. */
    default void hinted() {}

    /** A read was told of a write that a fallback keeps for an owner. */
    default void hintRead() {}

    /** A stale owner was sent a record. */
    default void repaired() {}

    /** A request failed. */
    default void failed(Failure.Kind kind) {}
}
