package io.kvorum.server.membership;

import io.kvorum.server.peer.message.CopyState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** A peer's process is this one, for a connection with it was made; false if that changes nothing. */
    boolean connected(int peer, long bootId) {
        State state = state(peer);
        CopyState other = state.contender;
        state.contender = null;
        boolean known = state.known && state.bootId == bootId;
        if (!known) {
            begin(state, bootId);
        }
        state.connected = true;
        if (other != null && other.bootId() == bootId) {
            take(state, other);
        } else if (other != null) {
            over(state, other.bootId());
        }
        return !known || other != null;
    }

    /** A connection with a peer is gone: what it tells next may be another life's. */
    void disconnected(int peer) {
        state(peer).connected = false;
    }

    /**
     * A peer told of its copies; false if that is nothing new, or of a life that is over. A message may come late: of a life
     * that nobody has heard of and the one that is connected it is not known which of them goes on ({@link #isInDoubt}).
     */
    boolean told(int peer, CopyState told) {
        State state = state(peer);
        boolean known = state.known && state.bootId == told.bootId();
        if (known ? told.version() <= state.version : state.past.contains(told.bootId())) {
            return false;
        }
        if (!known && state.connected) {
            boolean newer = state.contender == null
                    || state.contender.bootId() != told.bootId()
                    || state.contender.version() < told.version();
            boolean changed = state.contender == null;
            state.contender = newer ? told : state.contender;
            return changed;
        }
        if (!known) {
            begin(state, told.bootId());
            state.contender = null;
        }
        boolean changed = !known || !state.unsettled.equals(told.unsettled());
        take(state, told);
        return changed;
    }

    /** Whether another life of a peer told something than the one that is connected: until it is known which goes on, none counts. */
    boolean isInDoubt(int peer) {
        return state(peer).contender != null;
    }

    /** The peer answered over its connection, after another life had told something: that one is over. False if none had. */
    boolean answered(int peer) {
        State state = state(peer);
        CopyState other = state.contender;
        if (other == null || !state.connected) {
            return false;
        }
        over(state, other.bootId());
        state.contender = null;
        return true;
    }

    private void begin(State state, long bootId) {
        if (state.known) {
            over(state, state.bootId);
        }
        // What connects goes on, whatever was made of late messages before.
        state.past.remove(bootId);
        state.known = true;
        state.bootId = bootId;
        state.version = -1;
        state.unsettled = all();
    }

    private static void take(State state, CopyState told) {
        state.version = told.version();
        state.unsettled = told.unsettled();
    }

    private static void over(State state, long bootId) {
        state.past.remove(bootId);
        state.past.addLast(bootId);
        if (state.past.size() > PAST_LIVES) {
            state.past.removeFirst();
        }
    }

    /** The unsettled partitions of the first {@code count} peer numbers. */
    List<BitSet> unsettled(int count) {
        List<BitSet> unsettled = new ArrayList<>();
        for (int peer = 0; peer < count; peer++) {
            unsettled.add(isInDoubt(peer) ? all() : state(peer).unsettled);
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

        /** Whether this life is known from a handshake, and no connection was lost since. */
        boolean connected;

        /** What another life told meanwhile. */
        @Nullable
        CopyState contender;

        long bootId;
        long version = -1;
        BitSet unsettled;

        State(BitSet unsettled) {
            this.unsettled = unsettled;
        }
    }
}
