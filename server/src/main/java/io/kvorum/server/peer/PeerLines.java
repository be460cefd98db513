package io.kvorum.server.peer;

/** One loop's connections to the other members, as those who look after connections see them. Any thread may call these. */
public interface PeerLines extends PeerTransport {
    /** Dials a peer now instead of at its next turn. */
    void dial(int peer);

    /** Looks at the directory again: dials who is new, hangs up on who is gone. */
    void refresh();

    /** Ends this loop's connection to a peer; it is dialled again if it is a member. */
    void hangUp(int peer);

    /** Asks a peer nothing more over this loop's connection, and ends that when all that was asked is answered. */
    void letGo(int peer);
}
