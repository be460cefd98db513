package io.kvorum.server.membership;

import io.kvorum.server.peer.message.Parting;
import io.kvorum.server.peer.message.Parting.Stage;
import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which members said that their life comes to its end: this node's own, and those of peers. Owned by the control thread. What a
 * life said is forgotten when the next one connects.
 */
final class Partings {
    private static final int SELF = 0;

    private final long bootId;
    private final SortedMap<Integer, Long> lives = new TreeMap<>();
    private final SortedMap<Integer, Parting> told = new TreeMap<>();
    private @Nullable Stage own;

    /** Of nobody yet. {@code bootId} is this life of this node. */
    Partings(long bootId) {
        this.bootId = bootId;
    }

    /** This life is at this stage; false if that is nothing new. */
    boolean own(Stage stage) {
        boolean news = own == null || stage.compareTo(own) > 0;
        own = news ? stage : own;
        return news;
    }

    /** What to tell others of this life; null while it goes on. */
    @Nullable
    Parting told() {
        return own == null ? null : new Parting(bootId, own);
    }

    /** A peer told of its life; false if that is nothing new, or of a life before the one that is connected. */
    boolean hear(int peer, Parting parting) {
        Long connected = lives.get(peer);
        Parting before = told.get(peer);
        boolean otherLife = connected != null && connected != parting.bootId();
        boolean known = before != null
                && before.bootId() == parting.bootId()
                && before.stage().compareTo(parting.stage()) >= 0;
        if (otherLife || known) {
            return false;
        }
        told.put(peer, parting);
        return true;
    }

    /** Whether this life of a peer was not the last that was connected. */
    boolean isNewLife(int peer, long life) {
        Long connected = lives.get(peer);
        return connected == null || connected != life;
    }

    /** A life of a peer is connected; true if an earlier one had said that it comes to its end. */
    boolean connected(int peer, long life) {
        lives.put(peer, life);
        Parting before = told.get(peer);
        boolean back = before != null && before.bootId() != life;
        if (back) {
            told.remove(peer);
        }
        return back;
    }

    /** Whether the peer is to be asked nothing more. */
    boolean isStopping(int peer) {
        Parting parting = told.get(peer);
        return parting != null && parting.stage() == Stage.STOPPING;
    }

    /** Peer numbers of those that are best passed no command, this node's own (0) among them if need be. */
    BitSet draining() {
        BitSet draining = new BitSet();
        draining.set(SELF, own != null);
        told.keySet().forEach(draining::set);
        return draining;
    }

    /** What to say to people of a peer; null if it said nothing. */
    @Nullable
    String sentence(int peer) {
        Parting parting = told.get(peer);
        if (parting == null) {
            return null;
        }
        return switch (parting.stage()) {
            case DRAINING -> "it lets its clients go, and is passed no commands";
            case STOPPING -> "it was stopped";
        };
    }
}
