package io.kvorum.server.coordinator;

import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.hint.HintStore;

/** What this node keeps for owners of a key. Called on the loop, and calls back on it. */
@FunctionalInterface
public interface OwnHints {
    /** Keeps nothing. */
    OwnHints NONE = (key, callback) -> callback.read(null);

    /** Calls back with what is kept of a key, merged; null if that is nothing. Maybe before it returns. */
    void read(KeyRef key, HintStore.ReadCallback callback);
}
