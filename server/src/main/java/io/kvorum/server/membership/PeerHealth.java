package io.kvorum.server.membership;

/** Where a loop reports what it saw of its peers. Implementations hand over to the control thread; never block. */
public interface PeerHealth {
    /**
     * A request's deadline passed without this peer's answer, which was this peer's alone to give.
     *
     * @param waitedNanos how long ago it was asked: what this node itself stood still of that is not held against the peer
     */
    void missed(int peer, long waitedNanos);

    /**
     * A command that was passed to this peer was not answered in time. It may have waited for other nodes itself, so this
     * says only that it is worth a question.
     */
    void late(int peer);
}
