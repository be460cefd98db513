package io.kvorum.server.peer;

import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * What happens on connections, for who keeps the membership, and what each is to tell. Called on any loop; implementations
 * hand over, but for {@link #flushed}.
 */
public interface PeerEvents {
    /**
     * A loop's own connection to a peer stands, both sides proven.
     *
     * @param bootId the life of the peer
     * @param version of the protocol, as both agreed
     */
    void connected(int peer, long bootId, int version);

    /** A peer has made a connection to this node, both sides proven: it is there, and can be dialled. */
    void approached(int peer);

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

    /** The newest FLUSHALL that is in force here, which a peer is told before anything else; null if there never was one. */
    @Nullable
    Flushed newestFlush();

    /** A peer told of a FLUSHALL: when this returns it is in force here too. */
    void flushed(Flushed flushed);
}
