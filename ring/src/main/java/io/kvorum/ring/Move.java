package io.kvorum.ring;

import org.jspecify.annotations.Nullable;

/**
 * One change that the present plan still has to make to the owners of a partition.
 *
 * <p>With both ends set, {@code to} takes the place of {@code from}: writes go to both and count once, reads go to
 * {@code from} until {@code to} has settled. Without {@code from} the set of owners grows; without {@code to} it shrinks.
 *
 * @param partition the partition
 * @param from the settled owner that gives it up, or null
 * @param to the node that takes it over, or null
 * @param consented whether {@code from} has told that it answers for the partition no more
 */
public record Move(
        int partition, @Nullable NodeId from, @Nullable NodeId to, boolean consented) {
    /** Checks that at least one end is set. */
    public Move {
        if (from == null && to == null) {
            throw new IllegalArgumentException("move of partition " + partition + " from nobody to nobody");
        }
    }

    /** Returns whether this is the move by which the node, which may be null, gives the partition up. */
    public boolean isOf(int ofPartition, @Nullable NodeId giver) {
        return partition == ofPartition && from != null && from.equals(giver);
    }
}
