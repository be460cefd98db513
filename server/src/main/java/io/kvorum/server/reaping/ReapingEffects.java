package io.kvorum.server.reaping;

import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import java.util.BitSet;

/** What {@link Reaping} needs done. Each question is answered once, or told to have failed; perhaps before the call returns. */
interface ReapingEffects {
    /** The node's hybrid clock, in milliseconds. */
    long clockMillis();

    /**
     * Looks at some of this node's records from a cursor on.
     *
     * @param deadBeforeMillis what was dead before this is a candidate, and what has vector entries to spare that are older
     * @return the next cursor, or {@link io.kvorum.storage.engine.StorageEngine#SCAN_DONE}
     */
    long collect(int partition, long cursor, long deadBeforeMillis, Candidates into);

    /** The other owners of a partition, by peer number. */
    int[] otherOwners(int partition);

    /** All other members that are not gone for ever, by peer number. */
    int[] otherMembers();

    /** Asks an owner, or {@code SELF} this node: {@link Reaping#onAgreed}, or {@link Reaping#onFailed}. */
    void agree(int peer, long ticket, ReapAgree question);

    /** Asks a member whether it keeps hints, or {@code SELF} this node: {@link Reaping#onHeld}, or {@link Reaping#onFailed}. */
    void held(int peer, long ticket, int partition);

    /** Sends a dead record that is here to an owner that has none; it is agreed upon once that has it. */
    void plant(int peer, int partition, long position, long deadBeforeMillis);

    /** Tells an owner to reap: {@link Reaping#onReaped}, or {@link Reaping#onFailed}. */
    void reap(int peer, long ticket, Reap request);

    /** Reaps here; one bit for each of the records that is there no more as it was. */
    BitSet reapHere(Reap request);
}
