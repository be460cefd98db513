package io.kvorum.server;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.client.ClientLoop;
import io.kvorum.server.client.FlushQueue;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.CoordinatedKeys;
import io.kvorum.server.command.ForwardService;
import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.peer.NettyPeerTransport;
import io.kvorum.server.peer.PeerDispatch;
import io.kvorum.server.peer.PeerLoop;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.DeadlineWheel;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.EnumMap;
import java.util.Map;

/**
 * Everything that one event loop owns: its copies' service, its coordinator, its connections to all peers, its clients'
 * commands, its timers and the end of its turns. Made by the composition root before the loop serves anything.
 */
final class NodeLoop {
    final ClientLoop clients;
    final PeerLoop peers;
    final NettyPeerTransport transport;
    final Coordinator coordinator;
    private final ReplicaService replica;
    private final ForwardService forwards;

    NodeLoop(EventLoop eventLoop, int number, NodeParts parts) {
        DeadlineWheel wheel = new DeadlineWheel(parts.clock().nanoTime(), DeadlineWheel.DEFAULT_TICK_NANOS);
        FlushQueue flushes = new FlushQueue(eventLoop);
        LoopTimer timer = new LoopTimer(eventLoop, wheel, parts.clock(), flushes);
        Scratch scratch = new Scratch();
        LoopRecorder recorder = new LoopRecorder(parts.metrics(), number);
        replica = new ReplicaService(
                parts.engine(),
                parts.stamps(),
                parts.views(),
                parts.replicaObserver(),
                parts.config().storage().tombstoneGraceMillis());
        peers = new PeerLoop(
                parts.peerNode(),
                eventLoop,
                what -> {
                    flushes.flushLater(what);
                    timer.onSending();
                },
                scratch,
                new PeerDispatch(handlers(parts.handlers())),
                parts.random().generator("peers-" + number));
        transport = new NettyPeerTransport(peers, parts.transports().channelClass());
        coordinator = new Coordinator(
                replica,
                transport,
                wheel,
                parts.clock(),
                parts.views(),
                parts.quorums(),
                parts.health(),
                recorder,
                parts.random().generator("coordinator-" + number));
        CommandLoop commands = new CommandLoop(new CommandLoop.Parts(
                parts.table(),
                parts.facts(),
                new CoordinatedKeys(coordinator),
                transport,
                parts.health(),
                wheel,
                parts.clock(),
                recorder,
                parts.sessions().join(eventLoop),
                parts.contexts(),
                PooledByteBufAllocator.DEFAULT));
        forwards = new ForwardService(commands);
        clients = new ClientLoop(commands, flushes, scratch, new RespRequest());
    }

    private Map<MessageType, PeerRequestHandler> handlers(Map<MessageType, PeerRequestHandler> shared) {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.putAll(shared);
        handlers.put(MessageType.READ, (peer, request, info, answer) -> answer.answer(replica.answer((Read) request)));
        handlers.put(
                MessageType.WRITE,
                (peer, request, info, answer) -> answer.answer(replica.answer((Write) request, info.senderClock())));
        handlers.put(
                MessageType.FORWARD, (peer, request, info, answer) -> forwards.handle(peer, request, info, answer));
        return handlers;
    }
}
