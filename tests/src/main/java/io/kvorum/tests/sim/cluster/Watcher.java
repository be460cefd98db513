package io.kvorum.tests.sim.cluster;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.storage.version.VersionObserver;
import org.jspecify.annotations.Nullable;

/** Sees everything that the copies of all nodes go through, at the moment it happens. Changes nothing. */
public interface Watcher {
    /**
     * A copy has another record of a key.
     *
     * @param actor of the copy
     * @param flushedUpTo what the copy was flushed up to
     */
    void changed(int node, int partition, long actor, long flushedUpTo, byte @Nullable [] before, byte[] after);

    /** A copy was flushed. */
    void flushed(int node, int partition, long upToStamp);

    /** A node lost its copies. */
    void forgot(int node);

    /** A copy has everything again. */
    void settled(int node, int partition);

    /** A node sent a message to another, or an answer. */
    void sent(int from, int to, PeerMessage message);

    /** What the versions of a node's copies have to say of themselves. */
    VersionObserver versions(int node);
}
