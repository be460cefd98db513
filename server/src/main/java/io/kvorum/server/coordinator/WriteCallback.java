package io.kvorum.server.coordinator;

import org.jspecify.annotations.Nullable;

/** Who waits for a write. Exactly one method is called, once, on the loop of the request; maybe before the call returns. */
public interface WriteCallback {
    /**
     * The write is held by W owners; or the mutation changed nothing.
     *
     * @param record the coordinator's record after it
     */
    void onWritten(byte @Nullable [] record);

    /** The write failed, or nobody knows ({@link Failure.Kind#INDOUBT}). */
    void onFailure(Failure failure);
}
