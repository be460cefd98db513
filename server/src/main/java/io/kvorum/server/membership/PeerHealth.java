package io.kvorum.server.membership;

/** Where a loop reports what it saw of its peers. Implementations hand over to the control thread; never block. */
public interface PeerHealth {
    /** A request's deadline passed without this peer's answer. */
    void missed(int peer);
}
