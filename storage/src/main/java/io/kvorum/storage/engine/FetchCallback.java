package io.kvorum.storage.engine;

import org.jspecify.annotations.Nullable;

/** Told once what became of a fetch. */
@FunctionalInterface
public interface FetchCallback {
    /**
     * Runs on a thread of the engine's, or at once on the caller's; hands over to its own thread and returns.
     *
     * @param record the record of the key as it is now, with its values if they were on disk; null if there is none
     * @param fetched false if the disk failed, or too many wait for it
     */
    void fetched(byte @Nullable [] record, boolean fetched);
}
