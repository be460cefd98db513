package io.kvorum.server.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * When the system asks whether the other end of a silent connection is still there: after the silence given, then twice
 * more, each a third of it later; then the connection is closed. As in Redis.
 *
 * @param idleSeconds the silence; 0 for never
 */
public record KeepAlive(int idleSeconds) {
    private static final int PROBES = 3;

    /** Tells the system. Where a transport knows only on and off, the times are the system's own. */
    public void applyTo(Channel channel) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.SO_KEEPALIVE, idleSeconds > 0);
        if (idleSeconds == 0) return;
        int gapSeconds = Math.max(1, idleSeconds / PROBES);
        if (channel instanceof EpollSocketChannel) {
            config.setOption(EpollChannelOption.TCP_KEEPIDLE, idleSeconds);
            config.setOption(EpollChannelOption.TCP_KEEPINTVL, gapSeconds);
            config.setOption(EpollChannelOption.TCP_KEEPCNT, PROBES);
        } else if (channel instanceof IoUringSocketChannel) {
            config.setOption(IoUringChannelOption.TCP_KEEPIDLE, idleSeconds);
            config.setOption(IoUringChannelOption.TCP_KEEPINTVL, gapSeconds);
            config.setOption(IoUringChannelOption.TCP_KEEPCNT, PROBES);
        } else if (channel instanceof NioSocketChannel) {
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), idleSeconds);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), gapSeconds);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
        }
    }
}
