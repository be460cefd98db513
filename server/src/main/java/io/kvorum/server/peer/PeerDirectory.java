package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every node that this process has heard of, by peer number; this node first. Immutable. */
public final class PeerDirectory {
    /**
     * One node.
     *
     * @param peer its number in this process
     * @param id its identity
     * @param name its name
     * @param host where it listens for peers
     * @param port where it listens for peers
     * @param gone whether it left or was removed: it is never let in again
     */
    public record Entry(int peer, NodeId id, String name, String host, int port, boolean gone) {
        /** For logs. */
        @Override
        public String toString() {
            return name + " (" + host + ":" + port + ")";
        }
    }

    /** Nobody. */
    static final PeerDirectory NONE = new PeerDirectory(List.of());

    private final List<Entry> entries;
    private final Map<NodeId, Entry> byId = new HashMap<>();

    PeerDirectory(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        for (Entry entry : this.entries) {
            byId.put(entry.id(), entry);
        }
    }

    /** All nodes; the index is the peer number. */
    public List<Entry> entries() {
        return entries;
    }

    /** The node with this number. */
    public Entry get(int peer) {
        return entries.get(peer);
    }

    /** The node with this identity, or null. */
    public @Nullable Entry find(NodeId id) {
        return byId.get(id);
    }
}
