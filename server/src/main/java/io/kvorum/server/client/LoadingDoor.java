package io.kvorum.server.client;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Stands where Redis clients knock while the node loads its records: whatever they ask first is answered with Redis's
 * {@code -LOADING}, and how far the load is; then they may come again. Reads nothing and keeps nothing.
 */
public final class LoadingDoor implements AutoCloseable {
    private static final long LINGER_MILLIS = 1_000;
    private static final long CLOSE_WAIT_MILLIS = 2_000;

    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends ServerChannel> channelClass;
    private final Supplier<String> progress;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /**
     * A door that is still shut.
     *
     * @param group the event loops, which stay the caller's
     * @param channelClass the listening sockets that go with them
     * @param progress says on any thread how far the load is
     */
    public LoadingDoor(
            MultiThreadIoEventLoopGroup group, Class<? extends ServerChannel> channelClass, Supplier<String> progress) {
        this.group = group;
        this.channelClass = channelClass;
        this.progress = progress;
    }

    /**
     * Listens.
     *
     * @throws IllegalStateException if the address cannot be bound
     */
    public void start(InetSocketAddress address) {
        ChannelFuture binding = new ServerBootstrap()
                .group(group)
                .channel(channelClass)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline().addLast(new Answer());
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IllegalStateException("cannot listen for Redis clients at " + address, binding.cause());
        }
        connections.add(binding.channel());
    }

    /** Stops listening, and lets go who is there: the node's own door opens in its place. Works twice. */
    @Override
    public void close() {
        connections.close().awaitUninterruptibly(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private final class Answer extends ChannelInboundHandlerAdapter {
        private boolean answered;

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ReferenceCountUtil.release(bytes);
            if (answered) {
                return;
            }
            answered = true;
            String line = "-LOADING Kvorum is " + progress.get() + "; try again soon\r\n";
            context.writeAndFlush(Unpooled.wrappedBuffer(line.getBytes(StandardCharsets.US_ASCII)))
                    .addListener(sent -> end(context.channel()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable gone) {
            context.close();
        }

        /** What is unread when a socket is closed makes the kernel take the answer back: so reading goes on for a moment. */
        private void end(Channel channel) {
            if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
            channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
