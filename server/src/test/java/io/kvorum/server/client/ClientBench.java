package io.kvorum.server.client;

import io.kvorum.codec.resp.RespLimits;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandBench;
import io.kvorum.server.command.memcached.McDispatcher;
import io.kvorum.server.command.memcached.McStats;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.config.Secret;
import io.kvorum.server.runtime.LogThrottle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Connections on one loop, without sockets; tasks of the loop wait for {@link #turn}. */
final class ClientBench {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final CommandBench commands;
    final ClientLoop loop;
    private final ClientConfig config;
    final ClientMemory memory;

    ClientBench(
            Secret password,
            boolean protectedMode,
            int connectionsMax,
            int pipelineMax,
            long outputMax,
            long memoryMax,
            List<Command> more) {
        commands = new CommandBench(1, 1, password, more, tasks::add);
        loop = new ClientLoop(commands.loop, new FlushQueue(tasks::add));
        config = new ClientConfig(
                "",
                0,
                password,
                protectedMode,
                connectionsMax,
                0,
                0,
                RespLimits.DEFAULTS,
                65536,
                pipelineMax,
                outputMax,
                memoryMax,
                false,
                1000,
                128 << 10,
                null);
        memory = new ClientMemory(memoryMax);
    }

    static ClientBench open(List<Command> more) {
        return new ClientBench(Secret.NONE, true, 100, 1024, 256 << 20, 512 << 20, more);
    }

    EmbeddedChannel connect(String host) {
        return connect(host, loop.connection(config, memory, new LogThrottle()));
    }

    /** A memcached client; among the commands must be those that it needs. */
    EmbeddedChannel connectMemcached(String host, McStats stats) {
        ClientLoop both = new ClientLoop(
                commands.loop, loop.flushes(), loop.scratch(), loop.request(), new McDispatcher(commands.loop, stats));
        return connect(host, both.memcachedConnection(config, memory, new LogThrottle()));
    }

    private EmbeddedChannel connect(String host, ChannelHandler connection) {
        EmbeddedChannel channel = new EmbeddedChannel(false, false) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(host), 5000);
            }

            @Override
            protected SocketAddress localAddress0() {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), 6379);
            }
        };
        channel.config()
                .setOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                ClientConnection.OUTPUT_STALL_BYTES / 2, ClientConnection.OUTPUT_STALL_BYTES));
        channel.pipeline().addLast(connection);
        try {
            channel.register();
        } catch (Exception e) {
            throw new IllegalStateException("register", e);
        }
        return channel;
    }

    EmbeddedChannel connect() {
        return connect("127.0.0.1");
    }

    static void send(EmbeddedChannel channel, String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    /** The rest of the loop's turn, and of those that follow from it. */
    void turn() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    String exchange(EmbeddedChannel channel, String bytes) {
        send(channel, bytes);
        return received(channel);
    }

    String received(EmbeddedChannel channel) {
        turn();
        channel.runPendingTasks();
        turn();
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
        }
        return text.toString();
    }
}
