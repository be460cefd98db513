package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.Transports.TransportUnavailableException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class KeepAliveTest {
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void the_system_is_told_when_to_ask_and_how_often(TransportKind kind) throws Exception {
        try (Transports transports = Transports.open(kind, 1, new Threads().eventLoops());
                ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = new Bootstrap()
                    .group(transports.group())
                    .channel(transports.channelClass())
                    .handler(new ChannelHandlerAdapter() {})
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            new KeepAlive(60).applyTo(channel);
            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(options(kind)).extracting(channel.config()::getOption).containsExactly(60, 20, 3);
            new KeepAlive(0).applyTo(channel);
            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isFalse();
        } catch (TransportUnavailableException unavailable) {
            assertThat(kind).isIn(TransportKind.IO_URING, TransportKind.EPOLL);
        }
    }

    private static List<ChannelOption<Integer>> options(TransportKind kind) {
        return switch (kind) {
            case EPOLL ->
                List.of(
                        EpollChannelOption.TCP_KEEPIDLE,
                        EpollChannelOption.TCP_KEEPINTVL,
                        EpollChannelOption.TCP_KEEPCNT);
            case IO_URING ->
                List.of(
                        IoUringChannelOption.TCP_KEEPIDLE,
                        IoUringChannelOption.TCP_KEEPINTVL,
                        IoUringChannelOption.TCP_KEEPCNT);
            case NIO, AUTO ->
                List.of(
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT));
        };
    }
}
