package io.kvorum.ring.gossip;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import java.util.List;

/** What a gossiper wants done. Called from within its methods. */
public interface GossipEffects {
    /** Send the message if the peer can be reached; it may be lost. */
    void send(NodeId to, GossipMessage message);

    /**
     * Make these events durable, then hand them to {@link Gossiper#onPersisted}: they are neither acted upon nor told on
     * before. Called last, so that this may happen at once. Events that fail to be persisted come again by themselves.
     */
    void persist(List<Event> events);

    /** The history has grown: fold it anew. */
    void historyChanged(History history);

    /** Whether the peer, if it can be reached, understands a {@link GossipMessage.Summary}. */
    default boolean takesSummary(NodeId peer) {
        return false;
    }

    /** A peer knows of another life of this very node, which began at this stamp. */
    default void otherLife(long boot) {}

    /** Another node said something new of itself. */
    void stateChanged(NodeState state);
}
