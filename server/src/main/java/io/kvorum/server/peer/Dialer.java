package io.kvorum.server.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one loop connected to one peer: dials, and dials again when the connection ends or cannot be made, quickly at
 * first, then at growing gaps with jitter, for as long as the peer is a member. Owned by the loop.
 */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final int DOUBLINGS_MAX = 16;

    /** A connection that stood this long proves that dialling works; one that ends sooner does not reset the gap. */
    private static final long STABLE_NANOS = 1_000_000_000L;

    private final PeerLoop loop;
    private final Class<? extends Channel> channelClass;
    private PeerDirectory.Entry peer;
    private @Nullable PeerConnection ready;
    private @Nullable Channel channel;
    private @Nullable Future<?> redial;
    private boolean dialling;
    private boolean closed;
    private int failures;
    private long establishedNanos;
    private long attemptNanos;

    Dialer(PeerLoop loop, Class<? extends Channel> channelClass, PeerDirectory.Entry peer) {
        this.loop = loop;
        this.channelClass = channelClass;
        this.peer = peer;
    }

    /** The connection whose handshake is over, or null. */
    @Nullable
    PeerConnection ready() {
        return ready;
    }

    /** Takes what is new about the peer; another address is dialled at once. */
    void update(PeerDirectory.Entry entry) {
        boolean moved = !entry.host().equals(peer.host()) || entry.port() != peer.port();
        peer = entry;
        if (entry.gone()) {
            close();
        } else if (moved) {
            failures = 0;
            closeChannel();
            dialNow();
        }
    }

    /** Dials now instead of waiting for the next attempt, unless one is under way. */
    void dialNow() {
        if (closed || dialling || channel != null) {
            return;
        }
        cancelRedial();
        dialling = true;
        attemptNanos = loop.node.clock.nanoTime();
        loop.node.resolver.resolve(peer.host(), address -> {
            if (loop.eventLoop.inEventLoop()) {
                connect(address);
            } else {
                loop.eventLoop.execute(() -> connect(address));
            }
        });
    }

    void close() {
        closed = true;
        cancelRedial();
        closeChannel();
    }

    void onEstablished(PeerConnection connection, long bootId) {
        ready = connection;
        establishedNanos = loop.node.clock.nanoTime();
        LOG.debug("connected to {}", peer);
        loop.node.events.connected(peer.peer(), bootId, connection.version());
    }

    void onEnd(PeerConnection connection, boolean wasEstablished) {
        if (connection.equals(ready)) {
            ready = null;
        }
        if (wasEstablished) {
            if (loop.node.clock.nanoTime() - establishedNanos >= STABLE_NANOS) {
                failures = 0;
            }
            loop.node.events.disconnected(peer.peer());
        }
        channel = null;
        redialLater(wasEstablished ? loop.node.clock.nanoTime() : attemptNanos);
    }

    private void connect(@Nullable InetAddress address) {
        if (closed) {
            return;
        }
        if (address == null) {
            LOG.debug("{} has no address", peer);
            dialling = false;
            redialLater(attemptNanos);
            return;
        }
        PeerConnection connection = new PeerConnection(loop, peer, loop.ownHello(), this);
        ChannelFuture future = new Bootstrap()
                .group(loop.eventLoop)
                .channel(channelClass)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, loop.node.settings.connectTimeoutMillis())
                .handler(connection)
                .connect(new InetSocketAddress(address, peer.port()));
        future.addListener(done -> onConnected(future));
    }

    private void onConnected(ChannelFuture future) {
        dialling = false;
        if (!future.isSuccess()) {
            LOG.debug("cannot connect to {}: {}", peer, String.valueOf(future.cause()));
            redialLater(attemptNanos);
        } else if (closed) {
            Sockets.close(future.channel());
        } else if (future.channel().isActive()) {
            channel = future.channel();
        } else {
            redialLater(attemptNanos); // it ended before we heard that it stood
        }
    }

    /**
     * Dials once a gap has passed since then: the end of a connection, or the begin of an attempt that failed. So attempts
     * that nobody answers follow each other closely, and the first that can be answered comes soon.
     */
    private void redialLater(long sinceNanos) {
        if (closed || dialling || channel != null || redial != null) {
            return;
        }
        PeerSettings settings = loop.node.settings;
        long gap = Math.min(
                settings.reconnectMaxNanos(), settings.reconnectFirstNanos() << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        long jittered = gap / 2 + loop.random.nextLong(gap / 2 + 1);
        redial = loop.eventLoop.schedule(
                () -> {
                    redial = null;
                    dialNow();
                },
                Math.max(0, sinceNanos + jittered - loop.node.clock.nanoTime()),
                TimeUnit.NANOSECONDS);
    }

    private void cancelRedial() {
        Future<?> waiting = redial;
        if (waiting != null) {
            waiting.cancel(false);
            redial = null;
        }
    }

    /** Ends the connection; the next attempt comes by itself, unless the dialer is closed. */
    void closeChannel() {
        Channel open = channel;
        if (open != null) {
            Sockets.close(open);
        }
    }
}
