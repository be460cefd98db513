package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives peer numbers: this node is 0, others get the next one when they are first heard of, and keep it. Owned by the
 * control thread; others read the directory it publishes.
 */
public final class Peers {
    /** Volatile instead of handed over: every connection attempt and handshake on any loop wants the latest. */
    private volatile PeerDirectory directory;

    /** Knows this node alone. */
    public Peers(NodeId self, String name, String host, int port) {
        directory = new PeerDirectory(List.of(new PeerDirectory.Entry(0, self, name, host, port, false)));
    }

    /** The latest directory. Any thread. */
    public PeerDirectory directory() {
        return directory;
    }

    /**
     * Learns of a node, or what is new about it.
     *
     * @return its number
     */
    public int learn(NodeId id, String name, String host, int port, boolean gone) {
        PeerDirectory.Entry known = directory.find(id);
        int peer = known == null ? directory.entries().size() : known.peer();
        PeerDirectory.Entry entry = new PeerDirectory.Entry(peer, id, name, host, port, gone);
        if (!entry.equals(known)) {
            List<PeerDirectory.Entry> entries = new ArrayList<>(directory.entries());
            if (known == null) {
                entries.add(entry);
            } else {
                entries.set(peer, entry);
            }
            directory = new PeerDirectory(entries);
        }
        return peer;
    }
}
