package io.kvorum.server;

import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.CommandRecorder;
import io.kvorum.server.command.CoordinatedKeys;
import io.kvorum.server.command.ForwardService;
import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.replica.HintService;
import io.kvorum.server.replica.ReadService;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import io.kvorum.server.runtime.DeadlineWheel;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * What one event loop owns, above its sockets: its way to the copies, its coordinator, its clients' commands and those
 * that peers pass on. Made by who makes the loop, before it serves anything.
 */
public final class LoopCore {
    private final Map<MessageType, PeerRequestHandler> shared;
    private final ReplicaService replica;
    private final WriteService writes;
    private final HintService hints;
    private final Coordinator coordinator;
    private final CommandLoop commands;
    private final ForwardService forwards;

    /**
     * What a loop brings.
     *
     * @param number of the loop in its node, from 0
     * @param transport its own connections to the other members
     * @param wheel its timers; whoever owns the loop turns it
     * @param tasks runs on the loop what others hand over
     * @param allocator of replies
     * @param commandRecorder its counters of commands
     * @param coordinatorMetrics its counters of requests to replicas
     */
    public record Parts(
            int number,
            PeerTransport transport,
            DeadlineWheel wheel,
            Executor tasks,
            ByteBufAllocator allocator,
            CommandRecorder commandRecorder,
            CoordinatorMetrics coordinatorMetrics) {}

    /** Joins the parts of a loop of a node. */
    public LoopCore(NodeCore node, Parts parts) {
        NodeCore.Foundation foundation = node.foundation();
        replica = node.replica(parts.tasks()::execute);
        writes = new WriteService(replica, parts.wheel(), foundation.clock());
        hints = node.hintService(replica, parts.tasks()::execute);
        shared = node.handlers();
        coordinator = new Coordinator(
                replica,
                parts.transport(),
                parts.wheel(),
                foundation.clock(),
                node.membership()::view,
                node.quorums(),
                node.membership().health(),
                node.bareHints(),
                hints,
                parts.coordinatorMetrics(),
                foundation.random().generator("coordinator-" + parts.number()));
        commands = new CommandLoop(new CommandLoop.Parts(
                node.table(),
                node.facts(),
                new CoordinatedKeys(
                        coordinator, foundation.config().client().limits().bulkBytesMax()),
                parts.transport(),
                node.membership().health(),
                parts.wheel(),
                foundation.clock(),
                parts.commandRecorder(),
                node.sessions().join(parts.tasks()),
                node.contexts(),
                node.slowLog(),
                parts.allocator()));
        forwards = new ForwardService(commands);
    }

    /** Which messages of peers the loop serves. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.putAll(shared);
        handlers.put(MessageType.READ, new ReadService(replica));
        handlers.put(MessageType.WRITE, writes);
        handlers.put(MessageType.HINTED_WRITE, hints::write);
        handlers.put(MessageType.HINTED_READ, hints::read);
        handlers.put(MessageType.FORWARD, forwards);
        return handlers;
    }

    /** Runs commands. */
    public CommandLoop commands() {
        return commands;
    }

    /** Runs requests on keys. */
    public Coordinator coordinator() {
        return coordinator;
    }
}
