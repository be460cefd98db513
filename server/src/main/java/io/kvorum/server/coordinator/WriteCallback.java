package io.kvorum.server.coordinator;

import org.jspecify.annotations.Nullable;

/**
 * Who waits for a write. Exactly one of {@link #onWritten} and {@link #onFailure} is called, once, on the loop of the request;
 * maybe before the call returns.
 */
public interface WriteCallback {
    /**
     * What is known of a write that was made: called before {@link #onWritten}, and after it whenever more is known. Not
     * where the mutation changed nothing.
     *
     * @param nodes that hold it, hints counted as for W
     * @param durable how many of these are known to have it on disk
     * @param here whether this node is one of the durable
     * @param more whether others may answer yet
     */
    default void onHeld(int nodes, int durable, boolean here, boolean more) {}

    /**
     * The write is held by W owners; or the mutation changed nothing.
     *
     * @param record the coordinator's record after it
     */
    void onWritten(byte @Nullable [] record);

    /** The write failed, or nobody knows ({@link Failure.Kind#INDOUBT}). */
    void onFailure(Failure failure);
}
