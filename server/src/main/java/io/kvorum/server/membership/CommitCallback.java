package io.kvorum.server.membership;

import io.kvorum.ring.Ring;
import io.kvorum.ring.history.History;

/** Who waits for a commit. Exactly one method is called, once, on the control thread. */
public interface CommitCallback {
    /**
     * The events are on disk, and told.
     *
     * @param ring what they made
     */
    void committed(Ring ring);

    /**
     * Nothing was committed: the history is not the one the events were made for.
     *
     * @param history as it is
     */
    void changed(History history);

    /** Nothing was committed, for another reason. */
    void failed(String reason);
}
