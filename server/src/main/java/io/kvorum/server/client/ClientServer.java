package io.kvorum.server.client;

import io.kvorum.server.command.admin.DrainControl;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.runtime.AcceptFailures;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.KeepAlive;
import io.kvorum.server.runtime.LogThrottle;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for clients: Redis's, and memcached's on a port of their own. Both count as clients of the node, share its bounds
 * and are let go together. Started once and closed by whoever made it, not on an event loop; connections belong to
 * their loops.
 */
public final class ClientServer implements DrainControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientServer.class);
    private static final int BACKLOG = 511;

    /** Of up to 64 KB each: who sends without end gets its turn, and then the others of its loop get theirs. */
    private static final int READS_PER_TURN = 2;

    private static final long CLOSE_WAIT_MILLIS = 2_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends ServerChannel> channelClass;
    private final ClientConfig config;
    private final Function<EventLoop, ClientLoop> loops;
    private final Runnable onDrain;
    private final ClientMemory memory;
    private final LogThrottle throttle = new LogThrottle();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** Concurrent: filled by who starts, and clients, who may ask to drain, come before that returns. */
    private final List<Channel> listening = new CopyOnWriteArrayList<>();

    /** The end of the draining in nanoTime, once that has begun. Volatile: any thread begins it, every accept looks. */
    private volatile @Nullable Long drainEndNanos;

    /**
     * Makes a server that does not listen yet.
     *
     * @param group the event loops, which stay the caller's
     * @param channelClass the listening sockets that go with them
     * @param config what clients may do
     * @param loops what the connections of each loop share
     * @param onDrain run once, when it begins to let its clients go
     */
    public ClientServer(
            MultiThreadIoEventLoopGroup group,
            Class<? extends ServerChannel> channelClass,
            ClientConfig config,
            Function<EventLoop, ClientLoop> loops,
            Runnable onDrain) {
        this.group = group;
        this.channelClass = channelClass;
        this.config = config;
        this.loops = loops;
        this.onDrain = onDrain;
        this.memory = new ClientMemory(config.memoryBytesMax());
    }

    /** What its clients hold. */
    public ClientMemory memory() {
        return memory;
    }

    /**
     * Listens for Redis clients.
     *
     * @param address where; port 0 takes any that is free
     * @return the address bound
     * @throws IllegalStateException if the address cannot be bound
     */
    public InetSocketAddress start(InetSocketAddress address) {
        return start(address, "Redis clients", loop -> loop.connection(config, memory, throttle));
    }

    /** Listens for memcached clients, as {@link #start} does; the loops must serve them. */
    public InetSocketAddress startMemcached(InetSocketAddress address) {
        return start(address, "memcached clients", loop -> loop.memcachedConnection(config, memory, throttle));
    }

    private InetSocketAddress start(
            InetSocketAddress address, String whom, Function<ClientLoop, ChannelHandler> connection) {
        WriteBufferWaterMark bound =
                new WriteBufferWaterMark(ClientConnection.OUTPUT_STALL_BYTES / 2, ClientConnection.OUTPUT_STALL_BYTES);
        KeepAlive keepAlive = new KeepAlive(config.tcpKeepaliveSeconds());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(channelClass)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // Who has ended its side may wait for answers: when it is closed is for the connection to say.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, bound)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_PER_TURN))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        keepAlive.applyTo(channel);
                        channel.pipeline().addLast(connection.apply(loops.apply(channel.eventLoop())));
                        if (drainEndNanos != null) {
                            drain(channel);
                        }
                    }
                });
        ChannelFuture binding = bootstrap.bind(address).awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IllegalStateException("cannot listen for " + whom + " at " + address, binding.cause());
        }
        Channel channel = binding.channel();
        listening.add(channel);
        AcceptFailures.watch(channel, whom, Clock.system());
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public void drain() {
        if (listening.isEmpty() || drainEndNanos != null) {
            return;
        }
        drainEndNanos = Clock.system().nanoTime() + config.drainNanos();
        onDrain.run();
        listening.forEach(Channel::close);
        connections.forEach(this::drain);
    }

    private void drain(Channel connection) {
        connection.eventLoop().execute(() -> {
            ClientConnection handler = connection.pipeline().get(ClientConnection.class);
            if (handler != null) {
                handler.drain(config.drainNanos());
            }
        });
    }

    /** Whether no new clients are taken any more. */
    public boolean isDraining() {
        return drainEndNanos != null;
    }

    @Override
    public Status drainStatus() {
        Long end = drainEndNanos;
        long leftNanos = end == null ? 0 : Math.max(0, end - Clock.system().nanoTime());
        // Rounded up: 0 says that it is over.
        return new Status(connections.size(), (leftNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    /**
     * Accepts nobody any more, lets clients go as {@link #drain} does, then answers what was taken, and closes; after two
     * seconds more without answers. Works twice.
     */
    @Override
    public void close() {
        if (listening.isEmpty()) {
            return;
        }
        drain();
        listening.forEach(accepting -> accepting.close().awaitUninterruptibly());
        listening.clear();
        long drainMillis = drainStatus().leftMillis();
        if (!connections.newCloseFuture().awaitUninterruptibly(drainMillis, TimeUnit.MILLISECONDS)) {
            closeGracefully();
        }
    }

    private void closeGracefully() {
        for (Channel connection : connections) {
            connection.eventLoop().execute(() -> {
                ClientConnection handler = connection.pipeline().get(ClientConnection.class);
                if (handler != null) {
                    handler.closeGracefully();
                }
            });
        }
        if (!connections.newCloseFuture().awaitUninterruptibly(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
            LOG.info("{} clients are closed before all their replies had left", connections.size());
            connections.close().awaitUninterruptibly(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
