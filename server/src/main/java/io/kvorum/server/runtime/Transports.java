package io.kvorum.server.runtime;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of a node and the socket classes that go with them. Safe from every thread.
 *
 * <p>A kind that the machine lacks, or a container forbids, is found out by trying: io_uring in particular may be
 * present and yet refuse a ring, for want of lockable memory or by seccomp.
 */
public final class Transports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);
    private static final List<TransportKind> AUTO_ORDER =
            List.of(TransportKind.EPOLL, TransportKind.IO_URING, TransportKind.NIO);
    private static final long CLOSE_WAIT_SECONDS = 5;

    private final TransportKind kind;
    private final MultiThreadIoEventLoopGroup group;

    private Transports(TransportKind kind, MultiThreadIoEventLoopGroup group) {
        this.kind = kind;
        this.group = group;
    }

    /**
     * Starts event loops.
     *
     * @param wanted which kind; AUTO takes the first that works
     * @param loops how many, at least 1
     * @param factory makes their threads
     * @throws TransportUnavailableException if the wanted kind does not work here
     */
    public static Transports open(TransportKind wanted, int loops, ThreadFactory factory) {
        if (wanted != TransportKind.AUTO) return new Transports(wanted, group(wanted, loops, factory));
        @Nullable TransportUnavailableException last = null;
        for (TransportKind kind : AUTO_ORDER) {
            try {
                return new Transports(kind, group(kind, loops, factory));
            } catch (TransportUnavailableException unavailable) {
                LOG.info("{}", unavailable.getMessage());
                last = unavailable;
            }
        }
        throw new IllegalStateException("not even NIO works", last);
    }

    /** The kind in use, never AUTO. */
    public TransportKind kind() {
        return kind;
    }

    /** The event loops; iterate for each, {@code next()} for the next in turn. */
    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** The class of listening sockets. */
    public Class<? extends ServerSocketChannel> serverChannelClass() {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO, AUTO -> NioServerSocketChannel.class;
        };
    }

    /** The class of connecting sockets. */
    public Class<? extends SocketChannel> channelClass() {
        return switch (kind) {
            case IO_URING -> IoUringSocketChannel.class;
            case EPOLL -> EpollSocketChannel.class;
            case NIO, AUTO -> NioSocketChannel.class;
        };
    }

    /** Ends the loops and closes every socket on them; waits a few seconds at most. Not to be called from a loop. */
    @Override
    public void close() {
        boolean ended = group.shutdownGracefully(0, CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_WAIT_SECONDS + 1, TimeUnit.SECONDS);
        if (!ended) LOG.warn("event loops still run {} s after closing", CLOSE_WAIT_SECONDS + 1);
    }

    private static MultiThreadIoEventLoopGroup group(TransportKind kind, int loops, ThreadFactory factory) {
        @Nullable Throwable cause = unavailability(kind);
        if (cause != null) throw new TransportUnavailableException(kind, cause);
        try {
            return new MultiThreadIoEventLoopGroup(loops, factory, handler(kind));
        } catch (RuntimeException | LinkageError failure) {
            throw new TransportUnavailableException(kind, failure);
        }
    }

    private static @Nullable Throwable unavailability(TransportKind kind) {
        try {
            return switch (kind) {
                case IO_URING -> IoUring.unavailabilityCause();
                case EPOLL -> Epoll.unavailabilityCause();
                case NIO, AUTO -> null;
            };
        } catch (LinkageError missing) {
            return missing;
        }
    }

    private static IoHandlerFactory handler(TransportKind kind) {
        return switch (kind) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO, AUTO -> NioIoHandler.newFactory();
        };
    }

    /** Says which transport does not work here, and why. */
    public static final class TransportUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TransportUnavailableException(TransportKind kind, Throwable cause) {
            super(kind + " does not work on this machine: " + root(cause), cause);
        }

        private static String root(Throwable cause) {
            Throwable deepest = cause;
            while (deepest.getCause() != null) deepest = deepest.getCause();
            return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        }
    }
}
