package io.kvorum.server.coordinator;

import org.jspecify.annotations.Nullable;

/** Who waits for a read. Exactly one method is called, once, on the loop of the request; maybe before the call returns. */
public interface ReadCallback {
    /** R owners answered; this is the merge of their records, null if none has one. */
    void onRecord(byte @Nullable [] record);

    /** There is no answer. */
    void onFailure(Failure failure);
}
