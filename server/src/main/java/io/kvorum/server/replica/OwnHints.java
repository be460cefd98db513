package io.kvorum.server.replica;

import io.kvorum.ring.NodeId;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.hint.HintStore;
import org.jspecify.annotations.Nullable;

/** What this node keeps for owners of a key. Called on the loop, and calls back on it, maybe before a method returns. */
public interface OwnHints {
    /** Keeps nothing. */
    OwnHints NONE = new OwnHints() {
        @Override
        public void read(KeyRef key, HintStore.ReadCallback callback) {
            callback.read(null);
        }

        @Override
        public byte @Nullable [] change(KeyRef key, byte @Nullable [] kept, Mutation mutation) {
            return kept;
        }

        @Override
        public void keep(KeyRef key, NodeId target, byte[] record, HintStore.PutCallback callback) {
            callback.done(HintStore.Outcome.FULL);
        }
    };

    /** Calls back with what is kept of a key, merged; null if that is nothing, or cannot be read now. */
    void read(KeyRef key, HintStore.ReadCallback callback);

    /**
     * Makes the next version of a key from what is kept of it, under an actor of a hint. Keeps nothing yet.
     *
     * @param kept what {@link #read} showed, without what was flushed; it may be out of date by now
     * @return {@code kept} if the mutation changes nothing
     */
    byte @Nullable [] change(KeyRef key, byte @Nullable [] kept, Mutation mutation);

    /** Keeps a record for an owner. */
    void keep(KeyRef key, NodeId target, byte[] record, HintStore.PutCallback callback);
}
