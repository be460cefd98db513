package io.kvorum.server.command;

import io.kvorum.server.peer.message.PeerMessage;
import org.jspecify.annotations.Nullable;

/**
 * A moment of a request at which something may go wrong.
 *
 * @param node who sends, or whose disk it is
 * @param to who is sent to; -1 at a disk
 * @param message what is sent; null at a disk
 */
record FaultPoint(Type type, int node, int to, @Nullable PeerMessage message) {
    enum Type {
        MESSAGE,
        CHANGE,
        FORCE
    }

    @Override
    public String toString() {
        return message == null ? type + " at " + node : message.type() + " " + node + "->" + to;
    }
}
