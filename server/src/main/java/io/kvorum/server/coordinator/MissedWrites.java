package io.kvorum.server.coordinator;

import io.kvorum.server.replica.KeyRef;

/** Told of writes that an owner, or who is about to be one, missed while no fallback took them for it. Any loop; cheap. */
@FunctionalInterface
public interface MissedWrites {
    /** Forgets them: anti-entropy finds the difference. */
    MissedWrites NONE = (owner, key) -> {};

    /** This node's copy has a record of the key that this owner may not have. */
    void missed(int owner, KeyRef key);
}
