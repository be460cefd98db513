package io.kvorum.server.http;

import io.kvorum.server.config.HttpConfig;
import io.kvorum.server.runtime.AcceptFailures;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LogThrottle;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.server.runtime.Transports;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Listens for HTTP: {@code /live} says that the process runs, {@code /ready} whether it should be sent requests,
 * {@code /metrics} all its numbers. Nothing else is there, and nothing can be changed.
 *
 * <p>Connections are few and short of everything: what asks for more, or nothing for long, is closed. Of too many those
 * go that were answered longest ago, so that nobody keeps a health check out by holding connections. Safe from every
 * thread, but {@link #start} and {@link #close} not from an event loop.
 */
public final class HttpDoor implements AutoCloseable {
    private static final int REQUEST_LINE_BYTES_MAX = 1024;
    private static final int HEADER_BYTES_MAX = 8192;
    private static final int BODY_BYTES_MAX = 1024;
    private static final int IDLE_SECONDS = 60;

    private final HttpConfig config;
    private final Transports transports;
    private volatile HttpPages pages = new HttpPages(() -> Readiness.notYet("starting"), () -> "");
    private final TaskLoop control;
    private final LogThrottle throttle = new LogThrottle();
    private final Clock clock = Clock.system();
    private final HttpCrowd crowd = new HttpCrowd();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /**
     * A door that is still shut.
     *
     * @param config where it listens
     * @param transports the loops that serve it
     * @param control makes the answers: metrics take too long for an event loop
     */
    public HttpDoor(HttpConfig config, Transports transports, TaskLoop control) {
        this.config = config;
        this.transports = transports;
        this.control = control;
    }

    /**
     * Says what it tells, from now on; before it is started, and again when there is more to tell.
     *
     * @param readiness asked on the control thread for each {@code /ready}; must not block
     * @param metricsText asked on that thread for each {@code /metrics}
     */
    public void serve(Supplier<Readiness> readiness, Supplier<String> metricsText) {
        pages = new HttpPages(readiness, metricsText);
    }

    /**
     * Begins to listen.
     *
     * @return the port, also where any free one was asked for
     * @throws IOException naming address and port, if they cannot be had
     */
    public int start() throws IOException {
        var bound = new ServerBootstrap()
                .group(transports.group())
                .channel(transports.serverChannelClass())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(new InetSocketAddress(config.bind(), config.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen for HTTP on " + config.bind() + ":" + config.port() + " (http.bind, http.port): "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        connections.add(bound.channel());
        AcceptFailures.watch(bound.channel(), "HTTP clients", clock);
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private void accept(Channel channel) {
        connections.add(channel);
        crowd.add(channel);
        channel.pipeline()
                // Counts answers alone: who sends a byte now and then is as idle as who sends none.
                .addLast(new IdleStateHandler(0, IDLE_SECONDS, 0))
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                        .setMaxHeaderSize(HEADER_BYTES_MAX)))
                .addLast(new HttpServerKeepAliveHandler())
                .addLast(new HttpObjectAggregator(BODY_BYTES_MAX, true) {
                    @Override
                    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage request) {
                        HttpConnection.refuse(context, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "too long\n");
                    }
                })
                .addLast(new FlowControlHandler())
                .addLast(new HttpConnection(() -> pages, control, crowd, throttle, clock));
    }
}
