package io.kvorum.tests.sim.cluster;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.VersionObserver;
import java.util.List;
import java.util.UUID;
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

    /** A copy dropped a record, all of whose siblings were over before a time. */
    void reaped(int node, byte[] record, long deadBeforeMillis);

    /** A copy was flushed. */
    void flushed(int node, int partition, long upToStamp);

    /**
     * A process ended.
     *
     * @param left what it left of its copies; nothing if they are kept by other means
     */
    void ended(int node, LifeEnd end, List<CopyFacts> left);

    /** A process began and found copies on its disk. */
    void began(int node, List<CopyFacts> found);

    /** Something happened to a node's durable storage. */
    void storage(int node, StorageEvent event);

    /** A copy has everything again. */
    void settled(int node, int partition);

    /** A copy was dropped: another has its partition, or it is about to be pulled anew. */
    void dropped(int node, int partition);

    /** A node looked up what it keeps of a key; null for nothing. */
    void hintRead(int node, byte[] key, byte @Nullable [] record);

    /** A node is about to keep something for another. */
    void hintOffered(int node, byte[] record);

    /** A node was asked to keep something for another. */
    void hintPut(int node, byte[] record, HintStore.Outcome outcome);

    /** A node keeps something for another no more. */
    void hintRemoved(int node, UUID target, byte[] record);

    /** A node sent a message to another, or an answer. */
    void sent(int from, int to, PeerMessage message);

    /** What the versions of a node's copies have to say of themselves. */
    VersionObserver versions(int node);
}
