package io.kvorum.server.membership;

import io.kvorum.ring.history.History;
import io.kvorum.server.membership.MembershipService.EventMaker;
import java.util.List;
import java.util.function.Consumer;

/** The history as who plans changes of the membership reads and extends it. For any thread; never blocks. */
public interface HistoryKeeper {
    /**
     * Hands the history over as it is.
     *
     * @param reader called once, on the control thread
     * @return false if that is too busy: the reader will not be called
     */
    boolean history(Consumer<History> reader);

    /**
     * Adds events in this order, all or none, each with an id above all before it.
     *
     * @param baseHash the hash of the history they were made for; nothing is added to another one
     * @param makers what makes them
     * @param callback told what came of it
     */
    void commit(long baseHash, List<EventMaker> makers, CommitCallback callback);
}
