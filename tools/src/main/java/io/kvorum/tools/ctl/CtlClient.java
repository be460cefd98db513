package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Failures;
import io.kvorum.tools.runtime.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One connection, one question at a time, asked by the thread of the command. Whoever connects closes. */
final class CtlClient implements AutoCloseable {
    private static final RespLimits LIMITS = new RespLimits(512 << 20, 1 << 20, 64 << 10);

    private final EventLoops loops;
    private final Channel channel;
    private final String host;
    private final int port;
    private final int timeoutMillis;
    private final Replies replies;

    private CtlClient(EventLoops loops, Channel channel, String host, int port, int timeoutMillis, Replies replies) {
        this.loops = loops;
        this.channel = channel;
        this.host = host;
        this.port = port;
        this.timeoutMillis = timeoutMillis;
        this.replies = replies;
    }

    /**
     * Connects; nothing is said yet.
     *
     * @throws CtlException if that is refused or takes longer than the timeout
     */
    static CtlClient connect(String host, int port, int timeoutMillis) throws InterruptedException {
        EventLoops loops = EventLoops.simple();
        Replies replies = new Replies();
        ChannelFuture future = new Bootstrap()
                .group(loops.next())
                .channel(loops.channelType())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel opened) {
                        RespClientPipeline.addTo(opened.pipeline(), LIMITS);
                        opened.pipeline().addLast(replies);
                    }
                })
                .connect(host, port)
                .await();
        if (!future.isSuccess()) {
            loops.close();
            throw CtlException.cannotConnect(host, port, Failures.reason(future.cause()));
        }
        return new CtlClient(loops, future.channel(), host, port, timeoutMillis, replies);
    }

    /**
     * Logs in if there is a password, and asks for RESP3, whose maps need no guessing. A server that knows only RESP2
     * is fine.
     *
     * @return false if the server wants a password and none was given
     */
    boolean greet(@Nullable String password) throws InterruptedException {
        if (password != null) {
            RespReply auth = exchange(words("AUTH", password));
            // The password in the environment is for the clusters that have one.
            if (auth.isError() && !auth.asString().contains("without any password configured")) {
                throw CtlException.serverError(auth.asString());
            }
        }
        RespReply hello = exchange(words("HELLO", "3"));
        if (hello.isError("NOAUTH") && password == null) {
            return false;
        }
        // HELLO may be unknown or its protocol unsupported: then replies come as RESP2 has them.
        return true;
    }

    /**
     * Sends a command and waits for its reply.
     *
     * @throws CtlException if there is none in time, or if it is an error
     */
    RespReply ask(String... command) throws InterruptedException {
        return ask(words(command));
    }

    /** The same with arguments of any bytes. */
    RespReply ask(List<byte[]> command) throws InterruptedException {
        RespReply reply = exchange(command);
        if (reply.isError()) {
            throw CtlException.serverError(reply.asString());
        }
        return reply;
    }

    static List<byte[]> words(String... words) {
        List<byte[]> bytes = new ArrayList<>(words.length);
        for (String word : words) {
            bytes.add(word.getBytes(StandardCharsets.UTF_8));
        }
        return bytes;
    }

    private RespReply exchange(List<byte[]> command) throws InterruptedException {
        CompletableFuture<RespReply> reply = replies.expect();
        channel.writeAndFlush(RespClientPipeline.command(command)).addListener(written -> {
            if (!written.isSuccess()) {
                reply.completeExceptionally(written.cause());
            }
        });
        try {
            return reply.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw CtlException.noAnswer(host, port, "nothing within " + timeoutMillis + " ms");
        } catch (ExecutionException failure) {
            throw CtlException.noAnswer(host, port, Failures.reason(failure.getCause()));
        }
    }

    @Override
    public void close() {
        loops.close();
    }

    /** The end of the pipeline: hands the next reply, or the reason why there will be none, to who expects it. */
    private static final class Replies extends ChannelInboundHandlerAdapter {
        // Set by the command's thread, taken by the event loop: one hand-over per question.
        private final AtomicReference<@Nullable CompletableFuture<RespReply>> expected = new AtomicReference<>();

        CompletableFuture<RespReply> expect() {
            CompletableFuture<RespReply> future = new CompletableFuture<>();
            expected.set(future);
            return future;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            RespReply reply = RespReply.of((RedisMessage) message);
            CompletableFuture<RespReply> future = expected.get();
            if (future != null && reply.kind() != RespReply.Kind.PUSH) {
                future.complete(reply);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(new IllegalStateException("the server closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            var unused = context.close();
        }

        private void fail(Throwable cause) {
            CompletableFuture<RespReply> future = expected.get();
            if (future != null) {
                future.completeExceptionally(cause);
            }
        }
    }
}
