package io.kvorum.server.client;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.LogThrottle;
import io.netty.channel.ChannelHandler;

/**
 * What all client connections of one event loop share. Owned by it.
 *
 * @param commands runs requests
 * @param flushes whom to flush at the end of the turn
 * @param scratch where bytes are received
 * @param request the request that is being run
 */
public record ClientLoop(CommandLoop commands, TurnFlusher flushes, Scratch scratch, RespRequest request) {
    /** With a scratch and a request of its own. */
    public ClientLoop(CommandLoop commands, TurnFlusher flushes) {
        this(commands, flushes, new Scratch(), new RespRequest());
    }

    /** The handler of one client's channel, which must be on this loop, and which has the bound of all for itself. */
    public ChannelHandler connection(ClientConfig config) {
        return connection(config, new ClientMemory(config.memoryBytesMax()), new LogThrottle());
    }

    /** The handler of one client's channel, which must be on this loop; the clients of a node share the last two. */
    ChannelHandler connection(ClientConfig config, ClientMemory memory, LogThrottle throttle) {
        return new ClientConnection(this, config, memory, throttle);
    }
}
