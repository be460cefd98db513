package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/** Who waits for answers of peers. Called on the loop that made the call. */
public interface ReplyHandler {
    /** The peer answered. */
    void onReply(int peer, PeerMessage reply);

    /** The connection ended before an answer came: the peer may or may not have taken the request. */
    void onLost(int peer);
}
