package io.kvorum.server.membership;

import java.util.List;

/** Who waits for a FLUSHALL. Exactly one method is called, once, on the control thread. */
public interface FlushCallback {
    /**
     * Everything is gone here and at every member that could be reached.
     *
     * @param unreachable names of the members that will hear of it later
     */
    void flushed(List<String> unreachable);

    /** Nothing was flushed. */
    void failed(String reason);
}
