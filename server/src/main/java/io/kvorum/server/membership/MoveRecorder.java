package io.kvorum.server.membership;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.PartitionSet;
import org.jspecify.annotations.Nullable;

/** Writes what became of moves into the history. Called on the control thread; what it returns true of is on disk and in force. */
public interface MoveRecorder {
    /**
     * This node gives partitions up.
     *
     * @param to who takes them over; null if nobody
     * @return false if the disk does not take it: nothing has changed
     */
    boolean moved(@Nullable NodeId to, PartitionSet partitions);

    /**
     * The owners of partitions changed.
     *
     * @param from who is an owner no more; null if the owners grew
     * @param to who is one now; null if they are fewer
     * @return false if the disk does not take it: nothing has changed
     */
    boolean settled(@Nullable NodeId from, @Nullable NodeId to, PartitionSet partitions);

    /** Whether all present members were heard to have the very history that this node has. */
    boolean isKnownByAll();
}
