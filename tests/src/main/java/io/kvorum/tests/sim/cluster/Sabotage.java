package io.kvorum.tests.sim.cluster;

import io.kvorum.server.life.StorageMeans;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.Context;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A bug put into all nodes at one of their seams, to see that it is found. Each method returns what it is given unless the
 * bug is there.
 */
public interface Sabotage {
    /** No bug. */
    Sabotage NONE = new Sabotage() {};

    /** The copies, as coordinators, peers and settling see them. */
    default StorageEngine engine(StorageEngine real) {
        return real;
    }

    /** What a node keeps for others, as its loops and its handoff see it. */
    default HintStore hints(HintStore real) {
        return real;
    }

    /** The disk, as a node sees it. */
    default Disk disk(Disk real) {
        return real;
    }

    /** What durable storage runs on. */
    default StorageMeans means(StorageMeans real) {
        return real;
    }

    /** Where the actors of a new life come from. */
    default RandomSource actors(RandomSource ofNode, RandomSource ofLife) {
        return ofLife;
    }

    /** Where the actors of what a node makes in the place of owners come from. */
    default RandomGenerator hintActors(RandomGenerator real) {
        return real;
    }

    /** What a loop does with messages of peers. */
    default Map<MessageType, PeerRequestHandler> handlers(SimLife life, Map<MessageType, PeerRequestHandler> real) {
        return real;
    }

    /** A request to a peer, on its way out. */
    default PeerMessage request(PeerMessage real) {
        return real;
    }

    /** The answer of a peer, on its way back. */
    default PeerMessage answer(PeerMessage real) {
        return real;
    }

    /** The bytes of replies on their way to a client. */
    default byte[] toClient(byte[] real) {
        return real;
    }

    /**
     * The context that a write returned, if it is not the right one.
     *
     * @param record that an owner has of the key
     */
    default @Nullable Context contextOfWrite(byte[] record) {
        return null;
    }

    /** Whether writes go on as if their contexts had been empty. */
    default boolean ignoresContexts() {
        return false;
    }

    /** One more setting of all nodes, {@code name=value}; empty for none. */
    default String setting() {
        return "";
    }
}
