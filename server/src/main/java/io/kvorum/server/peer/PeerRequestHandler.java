package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;

/** Serves requests of other members. Called on the loop of the connection that the request came by. */
@FunctionalInterface
public interface PeerRequestHandler {
    /**
     * Serves one request.
     *
     * @param peer who asks
     * @param request the request
     * @param info what its frame said
     * @param answer where the answer goes, now or later; ignored for messages that have none
     */
    void handle(int peer, PeerMessage request, FrameInfo info, Answer answer);
}
