package io.kvorum.server.replica;

import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import org.jspecify.annotations.Nullable;

/** Merges a record that came from elsewhere into the copy. One per loop, used again for every merge. */
final class MergeMutation implements Mutation {
    /** More than an expiry or an increment takes, and less than values that are worth a limit. */
    private static final int AMENDMENT_BYTES_MAX = 128;

    private final VersionObserver observer;
    private byte @Nullable [] incoming;
    private boolean frees;

    MergeMutation(VersionObserver observer) {
        this.observer = observer;
    }

    MergeMutation of(byte[] record) {
        incoming = record;
        frees = RecordBytes.isDeleted(record);
        return this;
    }

    /** A merge looks at versions; where a stub's values would be left over, the engine says so. */
    @Override
    public boolean needsValues() {
        return false;
    }

    /**
     * A delete must pass where memory is full, at every owner, and so must what amends values that are there: who made it
     * has answered for it already.
     */
    @Override
    public boolean freesMemory() {
        return frees;
    }

    @Override
    public byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
        byte[] record = incoming;
        incoming = null;
        if (record != null && scope.flushedUpTo() != 0) {
            // What a flush took away must not come back with a record from before it.
            record = Flush.without(record, scope.flushedUpTo());
        }
        if (record == null) {
            return current;
        }
        if (current == null) {
            return record;
        }
        byte[] merged = Merge.merge(current, record, observer);
        frees |= merged.length - current.length <= AMENDMENT_BYTES_MAX && Versions.hasSameSiblings(current, merged);
        return merged;
    }
}
