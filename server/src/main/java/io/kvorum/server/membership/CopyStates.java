package io.kvorum.server.membership;

import io.kvorum.server.peer.message.CopyState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Whose copies may have forgotten events. Owned by the control thread. A peer, or a life of one, that has not said is
 * taken to have forgotten everything: that can only cost availability for a moment.
 */
final class CopyStates {
    /** Of a peer; what one before those told is not under way any more. */
    private static final int PAST_LIVES = 16;

    private final int partitions;
    private final List<State> peers = new ArrayList<>();
    private long ownVersion;

    CopyStates(int partitions) {
        this.partitions = partitions;
    }

    /** This node's own copies; false if nothing is new. */
    boolean own(BitSet unsettled) {
        State state = state(0);
        if (state.unsettled.equals(unsettled)) {
            return false;
        }
        state.unsettled = (BitSet) unsettled.clone();
        ownVersion++;
        return true;
    }

    /** What to tell others of this node's copies. */
    CopyState told(long bootId) {
        return new CopyState(bootId, ownVersion, (BitSet) state(0).unsettled.clone());
    }

    /** A peer's process is this one; false if that is nothing new, or old: what a life told may come late, but is over. */
    boolean life(int peer, long bootId) {
        State state = state(peer);
        if ((state.known && state.bootId == bootId) || state.past.contains(bootId)) {
            return false;
        }
        if (state.known) {
            state.past.addLast(state.bootId);
        }
        if (state.past.size() > PAST_LIVES) {
            state.past.removeFirst();
        }
        state.known = true;
        state.bootId = bootId;
        state.version = -1;
        state.unsettled = all();
        return true;
    }

    /** A peer told of its copies; false if that is nothing new, or of a life that is over. */
    boolean told(int peer, CopyState told) {
        State state = state(peer);
        boolean newLife = life(peer, told.bootId());
        if (told.bootId() != state.bootId || (!newLife && told.version() <= state.version)) {
            return false;
        }
        state.version = told.version();
        boolean changed = newLife || !state.unsettled.equals(told.unsettled());
        state.unsettled = told.unsettled();
        return changed;
    }

    /** The unsettled partitions of the first {@code count} peer numbers. */
    List<BitSet> unsettled(int count) {
        List<BitSet> unsettled = new ArrayList<>();
        for (int peer = 0; peer < count; peer++) {
            unsettled.add(state(peer).unsettled);
        }
        return unsettled;
    }

    private State state(int peer) {
        while (peers.size() <= peer) {
            peers.add(new State(all()));
        }
        return peers.get(peer);
    }

    private BitSet all() {
        BitSet all = new BitSet();
        all.set(0, partitions);
        return all;
    }

    private static final class State {
        final ArrayDeque<Long> past = new ArrayDeque<>();
        boolean known;
        long bootId;
        long version = -1;
        BitSet unsettled;

        State(BitSet unsettled) {
            this.unsettled = unsettled;
        }
    }
}
