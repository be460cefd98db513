package io.kvorum.server.client;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.memcached.McLimits;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.memcached.McDispatcher;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.LogThrottle;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/**
 * What all client connections of one event loop share. Owned by it.
 *
 * @param commands runs requests
 * @param flushes whom to flush at the end of the turn
 * @param scratch where bytes are received
 * @param request the request that is being run
 * @param memcached runs the requests of memcached's clients; null where there are none
 */
public record ClientLoop(
        CommandLoop commands,
        TurnFlusher flushes,
        Scratch scratch,
        RespRequest request,
        @Nullable McDispatcher memcached) {
    /** With a scratch and a request of its own, for Redis clients alone. */
    public ClientLoop(CommandLoop commands, TurnFlusher flushes) {
        this(commands, flushes, new Scratch(), new RespRequest(), null);
    }

    /** The handler of one Redis client's channel, which must be on this loop, and which has the bound of all for itself. */
    public ChannelHandler connection(ClientConfig config) {
        return connection(config, new ClientMemory(config.memoryBytesMax()), new LogThrottle());
    }

    /** The handler of one Redis client's channel, which must be on this loop; the clients of a node share the last two. */
    ChannelHandler connection(ClientConfig config, ClientMemory memory, LogThrottle throttle) {
        ClientProtocol protocol = new RespProtocol(commands.dispatcher(), config.limits(), scratch, request);
        return new ClientConnection(this, protocol, config, memory, throttle);
    }

    /** As {@link #connection}, of a memcached client. */
    ChannelHandler memcachedConnection(ClientConfig config, ClientMemory memory, LogThrottle throttle) {
        McDispatcher dispatcher = memcached;
        if (dispatcher == null) {
            throw new IllegalStateException("this loop serves no memcached clients");
        }
        ClientProtocol protocol = new MemcachedProtocol(dispatcher, limits(config), scratch);
        return new ClientConnection(this, protocol, config, memory, throttle);
    }

    private static McLimits limits(ClientConfig config) {
        RespLimits limits = config.limits();
        return new McLimits(
                Math.min(config.keyBytesMax(), McLimits.KEY_BYTES_MAX),
                limits.bulkBytesMax(),
                Math.max(limits.requestBytesMax(), McLimits.PLAIN_LINE_BYTES_MAX),
                limits.argumentsMax());
    }
}
