package io.kvorum.server.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/** Operations on channels whose outcome shows elsewhere: a failed write or close ends in channelInactive. */
final class Sockets {
    private Sockets() {}

    static void close(Channel channel) {
        ChannelFuture unused = channel.close();
    }

    static void write(Channel channel, ByteBuf buffer) {
        ChannelFuture unused = channel.write(buffer, channel.voidPromise());
    }
}
