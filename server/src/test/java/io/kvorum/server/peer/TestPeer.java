package io.kvorum.server.peer;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.version.StampClock;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node that is nothing but its peer connections: one loop, real sockets on loopback. */
final class TestPeer implements AutoCloseable {
    static final long SECOND = 1_000_000_000L;
    static final long STALE_MILLIS = 60_000;
    static final UUID CLUSTER = new UUID(1, 2);

    final PeerIdentity identity;
    final Peers peers;
    final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
    final StampClock stamps;
    final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final EventLoop eventLoop = group.next();
    final PeerNode node;
    final PeerLoop loop;
    final PeerServer server;
    final NettyPeerTransport transport;
    int port;
    volatile long wallMillis;

    /** How far the monotonic clock is ahead of the machine's. */
    volatile long aheadNanos;

    /** What the machine's monotonic clock says for as long as this peer holds it; 0 while it goes on. */
    volatile long heldNanos;

    /** What the loops report. */
    record Connected(int peer) {}

    record Disconnected(int peer) {}

    /** What this peer tells others; null for nothing. */
    volatile @Nullable Flushed newestFlush;

    /** What others told this peer. */
    final LinkedBlockingQueue<Flushed> heard = new LinkedBlockingQueue<>();

    /** Who connected to it. */
    final LinkedBlockingQueue<Integer> approached = new LinkedBlockingQueue<>();

    record Refused(int peer, boolean byPeer, Rejected.Reason reason, String sentence) {}

    TestPeer(
            PeerIdentity identity,
            String secret,
            PeerSettings settings,
            Map<MessageType, PeerRequestHandler> handlers) {
        this.identity = identity;
        this.wallMillis = identity.bootId();
        this.stamps = new StampClock(() -> wallMillis, 1000);
        this.peers = new Peers(identity.nodeId(), identity.nodeName(), "127.0.0.1", 0);
        PeerEvents recorder = new PeerEvents() {
            @Override
            public void connected(int peer, long bootId, int version) {
                events.add(new Connected(peer));
            }

            @Override
            public void approached(int peer) {
                approached.add(peer);
            }

            @Override
            public void disconnected(int peer) {
                events.add(new Disconnected(peer));
            }

            @Override
            public void rejected(int peer, boolean byPeer, Rejected rejected) {
                events.add(new Refused(peer, byPeer, rejected.reason(), rejected.sentence()));
            }

            @Override
            public @Nullable Flushed newestFlush() {
                return newestFlush;
            }

            @Override
            public void flushed(Flushed flushed) {
                heard.add(flushed);
            }
        };
        node = new PeerNode(
                identity,
                settings,
                new HandshakeKey(secret),
                peers::directory,
                stamps,
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return Clock.system().wallMillis();
                    }

                    @Override
                    public long nanoTime() {
                        long held = heldNanos;
                        return (held == 0 ? Clock.system().nanoTime() : held) + aheadNanos;
                    }
                },
                HostResolver.on(task -> false),
                recorder);
        loop = new PeerLoop(
                node,
                eventLoop,
                what -> eventLoop.execute(what::flushNow),
                new Scratch(),
                new PeerDispatch(handlers),
                new SplittableRandom(identity.bootId()));
        server = new PeerServer(group, NioServerSocketChannel.class, settings, anyLoop -> loop);
        transport = new NettyPeerTransport(loop, NioSocketChannel.class);
    }

    static PeerIdentity identity(int number) {
        return new PeerIdentity(id(number), "n" + number, 100 + number, CLUSTER, "test", 256, "SLOTS");
    }

    static NodeId id(int number) {
        return NodeId.of(7, number);
    }

    static PeerSettings settings(long inflightBytesMax) {
        return settings(VersionRange.SPOKEN, inflightBytesMax);
    }

    static PeerSettings settings(VersionRange versions, long inflightBytesMax) {
        return new PeerSettings(
                versions, 1 << 20, inflightBytesMax, 2_000, 10 * SECOND, SECOND / 1000, SECOND / 20, STALE_MILLIS);
    }

    static TestPeer of(int number) {
        return new TestPeer(identity(number), "secret", settings(1 << 20), Map.of()).listening();
    }

    static TestPeer serving(int number, MessageType type, PeerRequestHandler handler) {
        return new TestPeer(identity(number), "secret", settings(1 << 20), Map.of(type, handler)).listening();
    }

    TestPeer listening() {
        port = server.start(InetAddress.getLoopbackAddress(), port);
        return this;
    }

    /** Makes the other a member that this one knows, and dials it; returns its number. */
    int knows(TestPeer other) {
        return knows(other.identity.nodeId(), other);
    }

    int knows(NodeId id, TestPeer listener) {
        int peer = learns(id, listener, false);
        transport.refresh();
        return peer;
    }

    int learns(NodeId id, TestPeer listener, boolean gone) {
        return peers.learn(id, listener.identity.nodeName(), "127.0.0.1", listener.port, gone);
    }

    /** The next event of this type; others before it are skipped. */
    <E> E await(Class<E> type) throws InterruptedException {
        while (true) {
            Object event = events.poll(20, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError(identity.nodeName() + ": no " + type.getSimpleName() + " within 20 s");
            }
            if (type.isInstance(event)) {
                return type.cast(event);
            }
        }
    }

    /** Runs on the loop. */
    <T> T onLoop(Callable<T> task) throws Exception {
        // A scheduled task comes behind what a connection has put off until others had their turn.
        return eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        transport.close();
        server.close();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
