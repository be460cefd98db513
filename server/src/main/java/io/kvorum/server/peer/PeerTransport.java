package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/**
 * How one event loop reaches the other members: by its own connection to each of them. Never blocks, never throws,
 * may lose what it was given. Owned by its loop; so are the handlers' calls.
 *
 * <p>Members are named by their <em>peer number</em>: a small number that this process gave to their identity when it
 * first heard of it and never uses for another. This node itself is number {@link #SELF}.
 */
public interface PeerTransport {
    /** The number of this node itself. */
    int SELF = 0;

    /** What {@link #call} returns if the message was certainly not sent. */
    long NOT_SENT = 0;

    /**
     * Sends a request.
     *
     * @param peer who is asked
     * @param request the request
     * @param deadlineNanos when the asker stops waiting, on the clock's nanoTime scale; the time that remains travels
     * @param handler called at most once: with the answer, or when the connection ends before it came
     * @return the call's number, or {@link #NOT_SENT} if there is no connection, or too much of what it was given
     *     before is still unsent
     */
    long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler);

    /** Sends a message that has no answer; nothing happens if it cannot be sent. */
    void tell(int peer, PeerMessage message);

    /** Forgets a call whose answer nobody waits for any longer; its handler is not called. */
    void forget(int peer, long call);

    /** Whether a call to this peer would be sent now. */
    boolean isReachable(int peer);

    /** Whether there is a connection to this peer, with or without room for a call; if not, it is being dialled. */
    boolean isConnected(int peer);
}
