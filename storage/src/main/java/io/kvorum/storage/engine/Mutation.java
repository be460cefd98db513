package io.kvorum.storage.engine;

import org.jspecify.annotations.Nullable;

/**
 * One step from a record to the next, run under the lock of its partition's copy. Short, without I/O, and never calling
 * the engine.
 */
@FunctionalInterface
public interface Mutation {
    /** Leaves the record as it is: the ticket of such an update is that of all that was changed in the copy before it. */
    Mutation NONE = new Mutation() {
        @Override
        public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
            return current;
        }

        @Override
        public boolean needsValues() {
            return false;
        }
    };

    /**
     * Makes the next record of the key. Run exactly once for each update; where the engine then refuses, what it drew
     * or noted is void and was never visible.
     *
     * @param current the record there is, not to be changed, or null
     * @return the next record, of the same key and not changed afterwards; the same instance if nothing is to change;
     *     null if the record is to go
     */
    byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope);

    /**
     * Whether {@link #apply} looks at the values of the current record. One that does is not run on a stub, whose values
     * are on disk: it is refused, and may be run again once they are fetched.
     */
    default boolean needsValues() {
        return true;
    }

    /**
     * Whether this sets memory free in the end (a delete, an expiry), so that it may pass when memory is full, though a
     * tombstone take a few bytes more than what it replaces. Asked after {@link #apply}.
     */
    default boolean freesMemory() {
        return false;
    }
}
