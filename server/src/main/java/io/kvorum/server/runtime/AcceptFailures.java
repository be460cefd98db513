package io.kvorum.server.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that a listening socket cannot accept, for want of file descriptors as a rule. The bootstrap, which
 * hears of it first, lets the socket rest for a second; who waits in its backlog is accepted when there is room again.
 */
@ChannelHandler.Sharable
public final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);

    private final String whom;
    private final LogThrottle throttle = new LogThrottle();
    private final Clock clock;

    private AcceptFailures(String whom, Clock clock) {
        this.whom = whom;
        this.clock = clock;
    }

    /** Watches a bound channel; {@code whom} it accepts is said in the log. */
    public static void watch(Channel listening, String whom, Clock clock) {
        listening.pipeline().addLast(new AcceptFailures(whom, clock));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (throttle.permits("accept", clock.nanoTime())) {
            LOG.warn(
                    "cannot accept {} at {}: {}; tries again every second. If files are too many, raise ulimit -n",
                    whom,
                    context.channel().localAddress(),
                    cause.getMessage());
        }
    }
}
