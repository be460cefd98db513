package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.Transports.TransportUnavailableException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class TransportsTest {
    @ParameterizedTest
    @EnumSource
    void a_transport_carries_bytes_or_says_why_it_does_not_work_here(TransportKind kind) throws Exception {
        try (Transports transports = Transports.open(kind, 2, new Threads().eventLoops())) {
            assertThat(transports.kind()).isNotEqualTo(TransportKind.AUTO);
            CompletableFuture<String> answer = new CompletableFuture<>();
            Channel server = new ServerBootstrap()
                    .group(transports.group())
                    .channel(transports.serverChannelClass())
                    .childHandler(handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            context.writeAndFlush(message, context.voidPromise());
                        }
                    }))
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            Channel client = new Bootstrap()
                    .group(transports.group())
                    .channel(transports.channelClass())
                    .handler(handler(new SimpleChannelInboundHandler<ByteBuf>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
                            answer.complete(bytes.toString(StandardCharsets.UTF_8)
                                    + Thread.currentThread().getName().substring(0, 3));
                        }
                    }))
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            client.writeAndFlush(Unpooled.copiedBuffer("echo ", StandardCharsets.UTF_8))
                    .sync();
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("echo io-");
        } catch (TransportUnavailableException unavailable) {
            assertThat(kind).isIn(TransportKind.IO_URING, TransportKind.EPOLL);
            assertThat(unavailable).hasMessageStartingWith(kind + " does not work on this machine: ");
        }
    }

    private static ChannelInitializer<Channel> handler(ChannelInboundHandlerAdapter handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler);
            }
        };
    }
}
