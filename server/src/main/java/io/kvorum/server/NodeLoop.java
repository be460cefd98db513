package io.kvorum.server;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.client.ClientLoop;
import io.kvorum.server.client.FlushQueue;
import io.kvorum.server.command.memcached.McDispatcher;
import io.kvorum.server.command.memcached.McStats;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.NettyPeerTransport;
import io.kvorum.server.peer.PeerDispatch;
import io.kvorum.server.peer.PeerLoop;
import io.kvorum.server.peer.PeerNode;
import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.Transports;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one event loop owns: what {@link LoopCore} has, and around it the sockets: its connections to all peers,
 * its clients, its timers and the end of its turns. Made by the composition root before the loop serves anything.
 */
final class NodeLoop {
    final EventLoop eventLoop;
    final ClientLoop clients;
    final PeerLoop peers;
    final NettyPeerTransport transport;

    NodeLoop(
            EventLoop eventLoop,
            int number,
            NodeCore core,
            PeerNode peerNode,
            Transports transports,
            NodeMetrics metrics,
            @Nullable McStats memcached) {
        this.eventLoop = eventLoop;
        NodeCore.Foundation foundation = core.foundation();
        Clock clock = foundation.clock();
        TurnFlusher endOfTurn = new FlushQueue(eventLoop);
        LoopTimer timer = new LoopTimer(eventLoop, clock, endOfTurn);
        Scratch scratch = new Scratch();
        LoopRecorder recorder = new LoopRecorder(metrics, number);
        PeerDispatch dispatch = new PeerDispatch();
        peers = new PeerLoop(
                peerNode,
                eventLoop,
                endOfTurn,
                scratch,
                dispatch,
                foundation.random().generator("peers-" + number));
        transport = new NettyPeerTransport(peers, transports.channelClass());
        LoopCore loop = new LoopCore(
                core,
                new LoopCore.Parts(
                        number,
                        transport,
                        timer.wheel(),
                        eventLoop,
                        PooledByteBufAllocator.DEFAULT,
                        recorder,
                        recorder));
        dispatch.serve(loop.handlers());
        clients = new ClientLoop(
                loop.commands(),
                endOfTurn,
                scratch,
                new RespRequest(),
                memcached == null ? null : new McDispatcher(loop.commands(), memcached));
    }
}
