package io.kvorum.server.peer;

import io.kvorum.server.runtime.AcceptFailures;
import io.kvorum.server.runtime.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for other members. Each connection belongs to the loop that accepted it. */
public final class PeerServer implements AutoCloseable {
    /** Enough to keep a fast network busy; more only makes memory wait. */
    private static final int WATER_MARK_MAX = 4 << 20;

    /** As long as clients are given to take their last replies. */
    private static final long LET_GO_MILLIS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);

    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> channelClass;
    private final Function<EventLoop, PeerLoop> loops;
    private final PeerSettings settings;
    private final ChannelGroup connections = new DefaultChannelGroup("peers", GlobalEventExecutor.INSTANCE, true);
    private @Nullable Channel listener;

    /**
     * Makes a server; {@link #start} opens it.
     *
     * @param loops what belongs to each loop of the group
     */
    public PeerServer(
            EventLoopGroup group,
            Class<? extends ServerChannel> channelClass,
            PeerSettings settings,
            Function<EventLoop, PeerLoop> loops) {
        this.group = group;
        this.channelClass = channelClass;
        this.settings = settings;
        this.loops = loops;
    }

    /**
     * Listens.
     *
     * @param port 0 for any that is free
     * @return the port
     * @throws io.netty.channel.ChannelException or an {@link java.net.BindException} if it cannot
     */
    public int start(InetAddress address, int port) {
        int high = (int) Math.min(WATER_MARK_MAX, settings.inflightBytesMax());
        Channel bound = new ServerBootstrap()
                .group(group)
                .channel(channelClass)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(high / 2, high))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        EventLoop eventLoop = channel.eventLoop();
                        channel.pipeline().addLast(new IncomingConnection(loops.apply(eventLoop)));
                    }
                })
                .bind(address, port)
                .syncUninterruptibly()
                .channel();
        listener = bound;
        AcceptFailures.watch(bound, "other members", Clock.system());
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    /**
     * Listens no more, and lets those who are connected hang up when they have the answers to what they asked; waits for that,
     * two seconds at most. Not on an event loop.
     *
     * @param farewell tells them to
     */
    public void letGo(Runnable farewell) {
        stopListening();
        for (Channel connection : connections) {
            connection.eventLoop().execute(() -> {
                IncomingConnection handler = connection.pipeline().get(IncomingConnection.class);
                if (handler != null) {
                    handler.letGo();
                }
            });
        }
        farewell.run();
        if (!connections.newCloseFuture().awaitUninterruptibly(LET_GO_MILLIS, TimeUnit.MILLISECONDS)) {
            LOG.info("{} connections of other members are closed before these hung up", connections.size());
        }
    }

    /** Listens no more and closes what was accepted. */
    @Override
    public void close() {
        stopListening();
        connections.close().awaitUninterruptibly();
    }

    private void stopListening() {
        Channel bound = listener;
        if (bound != null) {
            bound.close().awaitUninterruptibly();
        }
    }
}
