package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One connection: a greeting first, which shows that the other side speaks the protocol and lets us in, then the
 * load. Requests gather in a buffer and leave together at the end of the loop's turn. Owned by its loop.
 */
final class LoadConnection extends ChannelInboundHandlerAdapter implements ReplyScanner.Sink {
    /** What a connection tells its loop. */
    interface Listener {
        void onReady(LoadConnection connection);

        void onValue(LoadConnection connection);

        void onAbsent(LoadConnection connection);

        void onError(LoadConnection connection, String code);

        /** A batch of replies has been handed over. */
        void onTurnEnd();

        /** Once, also if the connection never became ready. */
        void onClosed(LoadConnection connection, String reason);
    }

    private final int index;
    private final Target target;
    private final Protocol protocol;
    private final byte[] greeting;
    private final Listener listener;
    private final ReplyScanner scanner;
    private @Nullable Channel channel;
    private @Nullable ByteBuf out;
    private String closeReason = "the server closed the connection";
    private int greetingsPending;

    LoadConnection(int index, Target target, Protocol protocol, @Nullable String password, Listener listener) {
        this.index = index;
        this.target = target;
        this.protocol = protocol;
        this.listener = listener;
        scanner = protocol.newScanner();
        Protocol.Greeting hello = protocol.greeting(password);
        greeting = hello.bytes();
        greetingsPending = hello.replies();
    }

    int index() {
        return index;
    }

    Target target() {
        return target;
    }

    /** The buffer to append requests to; {@link #flush} sends it. */
    ByteBuf out() {
        if (out == null) {
            out = openChannel().alloc().buffer(4_096);
        }
        return out;
    }

    void flush() {
        if (out != null) {
            // A failed write closes the channel, which is reported once, by channelInactive.
            var unused = openChannel().writeAndFlush(out);
            out = null;
        }
    }

    void close() {
        if (channel != null) {
            var unused = channel.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        out().writeBytes(greeting);
        flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            scanner.scan(in, this);
        } catch (ReplyScanner.NotUnderstoodException notUnderstood) {
            closeReason = target + " does not speak " + protocol + ": " + notUnderstood.getMessage();
            close();
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        listener.onTurnEnd();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (out != null) {
            out.release();
            out = null;
        }
        listener.onClosed(this, closeReason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        closeReason = String.valueOf(cause.getMessage());
        close();
    }

    @Override
    public void onValue() {
        if (greetingsPending == 0) {
            listener.onValue(this);
        } else if (--greetingsPending == 0) {
            listener.onReady(this);
        }
    }

    @Override
    public void onAbsent() {
        listener.onAbsent(this);
    }

    @Override
    public void onError(String code) {
        if (greetingsPending == 0) {
            listener.onError(this, code);
            return;
        }
        closeReason = target + " refuses us with " + code
                + switch (code) {
                    case "NOAUTH" -> ": it wants a password, give one with --password or in KVORUM_PASSWORD";
                    case "WRONGPASS" -> ": the password is wrong";
                    default -> "";
                };
        greetingsPending = Integer.MAX_VALUE; // whatever else it says no longer counts
        close();
    }

    private Channel openChannel() {
        if (channel == null) {
            throw new IllegalStateException("connection " + index + " is not open yet");
        }
        return channel;
    }
}
