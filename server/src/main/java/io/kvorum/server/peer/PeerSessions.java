package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which life of each other node is connected to this one. The newest life wins, since a crashed process leaves
 * connections behind; a life that was superseded and still comes back is a second process with the same identity.
 *
 * <p>Any thread; its monitor guards the map alone. The loops that accept cannot hand over to one owner: a connection
 * must be admitted before its first request is served.
 */
final class PeerSessions {
    private static final int SUPERSEDED_MAX = 8;

    private final Map<NodeId, Session> sessions = new HashMap<>();

    /**
     * Admits a connection whose identity is proven.
     *
     * @return false if this life has been superseded by another
     */
    boolean admit(NodeId id, long bootId, Channel channel) {
        List<Channel> stale = new ArrayList<>();
        synchronized (this) {
            Session session = sessions.computeIfAbsent(id, node -> new Session(bootId));
            if (session.bootId != bootId) {
                if (session.superseded.contains(bootId)) {
                    return false;
                }
                session.superseded.add(session.bootId);
                if (session.superseded.size() > SUPERSEDED_MAX) {
                    session.superseded.remove();
                }
                session.bootId = bootId;
                stale.addAll(session.channels);
                session.channels.clear();
            }
            session.channels.add(channel);
        }
        stale.forEach(Sockets::close);
        return true;
    }

    /** Forgets a connection that has ended. */
    synchronized void ended(NodeId id, Channel channel) {
        Session session = sessions.get(id);
        if (session != null) {
            session.channels.remove(channel);
        }
    }

    /** Closes all connections of a node that must not be talked to any longer. */
    void close(NodeId id) {
        List<Channel> channels;
        synchronized (this) {
            Session session = sessions.get(id);
            channels = session == null ? List.of() : new ArrayList<>(session.channels);
        }
        channels.forEach(Sockets::close);
    }

    private static final class Session {
        final Deque<Long> superseded = new ArrayDeque<>();
        final Set<Channel> channels = new HashSet<>();
        long bootId;

        Session(long bootId) {
            this.bootId = bootId;
        }
    }
}
