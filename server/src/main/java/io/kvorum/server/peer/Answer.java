package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/** Where the answer to one request goes. */
@FunctionalInterface
public interface Answer {
    /**
     * Sends the answer, at the end of the loop's turn; at most once. Nothing happens if the asker is gone. From another
     * thread than the connection's loop it hands over to that loop.
     */
    void answer(PeerMessage message);
}
