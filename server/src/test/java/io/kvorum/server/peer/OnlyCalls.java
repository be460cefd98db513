package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/** The way to peers of what asks them questions, and does nothing else with them. */
public abstract class OnlyCalls implements PeerCalls {
    @Override
    public final void tell(int peer, PeerMessage message) {
        throw new AssertionError("nothing is told");
    }

    @Override
    public final void dial(int peer) {
        throw new AssertionError("nobody is dialled");
    }

    @Override
    public final void refresh() {
        throw new AssertionError("nobody is dialled");
    }

    @Override
    public final void hangUp(int peer) {
        throw new AssertionError("nobody is hung up on");
    }

    @Override
    public final void letGo(int peer) {
        throw new AssertionError("nobody is let go");
    }
}
