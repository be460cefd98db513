package io.kvorum.server.http;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LogThrottle;
import io.kvorum.server.runtime.TaskLoop;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client: its requests are answered one after the other. Owned by its event loop. */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private final Supplier<HttpPages> pages;
    private final TaskLoop control;
    private final HttpCrowd crowd;
    private final LogThrottle throttle;
    private final Clock clock;

    HttpConnection(Supplier<HttpPages> pages, TaskLoop control, HttpCrowd crowd, LogThrottle throttle, Clock clock) {
        this.pages = pages;
        this.control = control;
        this.crowd = crowd;
        this.throttle = throttle;
        this.clock = clock;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "not an HTTP request, or one too long\n");
            return;
        }
        // The next request waits in the flow control handler until this one has its answer.
        context.channel().config().setAutoRead(false);
        HttpMethod method = request.method();
        String uri = request.uri();
        boolean taken = control.execute(() -> send(context, answer(method, uri)));
        if (!taken) {
            send(context, HttpPages.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "too busy to answer\n"));
        }
    }

    /** Says why, and closes. */
    static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
        FullHttpResponse refusal = HttpPages.text(status, why);
        refusal.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE);
    }

    private FullHttpResponse answer(HttpMethod method, String uri) {
        try {
            return pages.get().answer(method, uri);
        } catch (RuntimeException failure) {
            LOG.error("answering {} {} failed", method, uri, failure);
            return HttpPages.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "failed; the node's log says why\n");
        }
    }

    private void send(ChannelHandlerContext context, FullHttpResponse response) {
        crowd.answered(context.channel());
        context.writeAndFlush(response)
                .addListener(done -> context.channel().config().setAutoRead(true));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection of {} ended: {}", context.channel().remoteAddress(), cause.toString());
        } else if (cause instanceof DecoderException) {
            if (throttle.permits("garbage", clock.nanoTime())) {
                LOG.warn(
                        "closed the HTTP connection of {}: {}",
                        context.channel().remoteAddress(),
                        cause.getMessage());
            }
        } else {
            LOG.warn("connection of {} failed", context.channel().remoteAddress(), cause);
        }
        context.close();
    }
}
