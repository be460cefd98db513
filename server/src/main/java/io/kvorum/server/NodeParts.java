package io.kvorum.server;

import io.kvorum.server.command.CommandTable;
import io.kvorum.server.command.NodeFacts;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.PeerHealth;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.PeerNode;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.Transports;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.StampClock;
import java.util.Map;
import java.util.function.Supplier;

/** What the loops of a node share, for {@link NodeLoop} to be made of. Every part is safe from every loop. */
record NodeParts(
        NodeConfig config,
        Clock clock,
        StampClock stamps,
        RandomSource random,
        Transports transports,
        StorageEngine engine,
        Supplier<ClusterView> views,
        PeerHealth health,
        PeerNode peerNode,
        Map<MessageType, PeerRequestHandler> handlers,
        QuorumPolicy quorums,
        CommandTable table,
        NodeFacts facts,
        SessionDirectory sessions,
        ContextCodec contexts,
        ReplicaObserver replicaObserver,
        NodeMetrics metrics) {}
