package io.kvorum.server.peer;

import io.kvorum.server.peer.message.Rejected;

/** What happens to connections, for who keeps the membership. Called on any loop; implementations hand over. */
public interface PeerEvents {
    /** A loop's own connection to a peer stands, both sides proven. */
    void connected(int peer, long bootId);

    /** A connection that was reported as connected is gone. */
    void disconnected(int peer);

    /**
     * A handshake that this node began was refused.
     *
     * @param peer who was dialled
     * @param byPeer whether the other side refused this node; else this node did not accept what answered there
     * @param rejected why
     */
    void rejected(int peer, boolean byPeer, Rejected rejected);
}
