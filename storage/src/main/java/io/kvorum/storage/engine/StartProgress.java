package io.kvorum.storage.engine;

/**
 * How far the start of an engine is.
 *
 * @param phase what it does
 * @param done records loaded, or bytes of journal replayed
 * @param total of them, as far as is known; 0 if it is not
 */
public record StartProgress(Phase phase, long done, long total) {
    /** What a start does, in this order. */
    public enum Phase {
        /** Records come from the checkpoint. */
        LOAD,
        /** Changes since then come from the journal. */
        REPLAY,
        /** The copies are complete. */
        DONE
    }
}
