package io.kvorum.tools.runtime;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** Netty threads of a tool, with the transport that goes with them. Whoever opens them closes them. */
public final class EventLoops implements AutoCloseable {
    private final EventLoopGroup group;
    private final Class<? extends SocketChannel> channelType;

    private EventLoops(EventLoopGroup group, Class<? extends SocketChannel> channelType) {
        this.group = group;
        this.channelType = channelType;
    }

    /** Threads that start in a moment and sleep in whole milliseconds: enough for one request at a time. */
    public static EventLoops simple() {
        return nio(1);
    }

    /**
     * Threads whose timers keep to microseconds where the platform can (epoll). With NIO, timers are rounded to
     * milliseconds, which a load generator has to tell its user.
     */
    public static EventLoops precise(int threads) {
        return Epoll.isAvailable()
                ? open(threads, EpollIoHandler.newFactory(), EpollSocketChannel.class)
                : nio(threads);
    }

    private static EventLoops nio(int threads) {
        return open(threads, NioIoHandler.newFactory(), NioSocketChannel.class);
    }

    private static EventLoops open(int threads, IoHandlerFactory handlers, Class<? extends SocketChannel> type) {
        DefaultThreadFactory names = new DefaultThreadFactory("io", true);
        return new EventLoops(new MultiThreadIoEventLoopGroup(threads, names, handlers), type);
    }

    public EventLoop next() {
        return group.next();
    }

    public Class<? extends SocketChannel> channelType() {
        return channelType;
    }

    public boolean isPrecise() {
        return channelType == EpollSocketChannel.class;
    }

    /** Closes what is open and waits for it, at most a second: the JVM is about to end anyway. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
