package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;

/**
 * The connections between this node and another one in one direction, those of all event loops together.
 *
 * @param node the other node
 * @param incoming whether it made them
 * @param connections how many there are, at least one
 * @param sinceMillis since when the oldest stands, in milliseconds since 1970
 * @param reads whether this node reads from any of them now
 * @param unsentBytes what waits until the network takes it
 */
public record PeerLinkStatus(
        NodeId node, boolean incoming, int connections, long sinceMillis, boolean reads, long unsentBytes) {
    PeerLinkStatus and(PeerLinkStatus other) {
        return new PeerLinkStatus(
                node,
                incoming,
                connections + other.connections,
                Math.min(sinceMillis, other.sinceMillis),
                reads || other.reads,
                unsentBytes + other.unsentBytes);
    }
}
