package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/** Reaching other members from the control thread. Never blocks, never throws, may lose what it was given. */
public interface PeerCalls {
    /**
     * Sends a request.
     *
     * @param handler called exactly once, on the control thread: with the answer, or with onLost when it was not sent,
     *     its connection ended, or no answer came in time
     */
    void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler);

    /** Sends a message that has no answer; nothing happens if it cannot be sent. */
    void tell(int peer, PeerMessage message);

    /** Dials a peer now, if it is not connected. */
    void dial(int peer);

    /** Dials who is new in the directory and hangs up on who is gone. */
    void refresh();

    /**
     * Ends all connections with a peer, in both directions, because they seem dead or it is gone. A member is dialled again
     * soon.
     */
    void hangUp(int peer);

    /**
     * Ends this node's connections to a peer, each when all that was asked over it is answered; nothing more is asked
     * meanwhile. A member is dialled again soon.
     */
    void letGo(int peer);
}
