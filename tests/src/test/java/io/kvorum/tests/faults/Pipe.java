package io.kvorum.tests.faults;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one connection: reads what a node sends and passes it on as the rule of the two says. It holds no more
 * than a socket's buffers would; then the sender finds its own full. Owned by the proxy's thread.
 */
final class Pipe extends ChannelInboundHandlerAdapter {
    private static final int WAITING_BYTES_MAX = 1 << 20;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Relay relay;
    private final int from;
    private final int to;
    private final Deque<Piece> waiting = new ArrayDeque<>();
    private @Nullable Channel source;
    private @Nullable Pipe opposite;
    private long waitingBytes;
    private long lastDueNanos = System.nanoTime();
    private boolean timerSet;
    private boolean poisoned;
    private boolean sourceEnded;
    private boolean dropped;

    Pipe(Relay relay, int from, int to) {
        this.relay = relay;
        this.from = from;
        this.to = to;
    }

    private record Piece(ByteBuf bytes, long dueNanos) {}

    /** Begins: what is read goes to where the other direction reads. */
    void flowTo(Pipe other) {
        opposite = other;
        if (source != null) {
            source.config().setAutoRead(true);
        }
        pump();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        source = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        Rule rule = rule();
        if (dropped || poisoned || rule.mode() == Rule.Mode.SWALLOW) {
            poisoned = true;
            bytes.release();
        } else if (relay.proxy().drawReset(rule)) {
            bytes.release();
            relay.reset();
        } else {
            waiting.add(new Piece(bytes, dueNanos(bytes, rule)));
            waitingBytes += bytes.readableBytes();
            pump();
        }
    }

    private long dueNanos(ByteBuf bytes, Rule rule) {
        lastDueNanos = Math.max(lastDueNanos, System.nanoTime() + relay.proxy().drawDelayNanos(rule));
        if (rule.bytesPerSecond() > 0) {
            lastDueNanos += bytes.readableBytes() * SECOND_NANOS / rule.bytesPerSecond();
        }
        return lastDueNanos;
    }

    /** What waits goes by the new rule, as if it had just been sent: a line that is fast again owes nothing. */
    void ruled() {
        lastDueNanos = System.nanoTime();
        for (int i = waiting.size(); i > 0; i--) {
            Piece piece = waiting.remove();
            waiting.add(new Piece(piece.bytes(), dueNanos(piece.bytes(), rule())));
        }
        timerSet = false;
        pump();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        sourceEnded = true;
        pump();
    }

    /** The node at the other end of this channel takes more again: what goes there is the opposite direction. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (opposite != null) {
            opposite.pump();
        }
    }

    /** A broken connection is one that has ended. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Passes on what may go now. */
    void pump() {
        Channel sink = opposite == null ? null : opposite.source;
        if (dropped || sink == null) {
            return;
        }
        boolean passes = rule().mode() == Rule.Mode.PASS;
        while (passes && !waiting.isEmpty() && sink.isWritable() && isDue(sink)) {
            Piece piece = waiting.remove();
            waitingBytes -= piece.bytes().readableBytes();
            sink.writeAndFlush(piece.bytes());
        }
        if (source != null) {
            source.config().setAutoRead(waitingBytes < WAITING_BYTES_MAX);
        }
        if (sourceEnded && passes && (waiting.isEmpty() || !sink.isActive())) {
            relay.end();
            sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private boolean isDue(Channel sink) {
        long leftNanos = waiting.element().dueNanos() - System.nanoTime();
        if (leftNanos > 0 && !timerSet) {
            timerSet = true;
            sink.eventLoop()
                    .schedule(
                            () -> {
                                timerSet = false;
                                pump();
                            },
                            leftNanos,
                            TimeUnit.NANOSECONDS);
        }
        return leftNanos <= 0;
    }

    /** Whether the node has ended the connection, and the other one has not been told. */
    boolean holdsEnd() {
        return sourceEnded && !dropped;
    }

    /** Forgets what waits. */
    void drop() {
        dropped = true;
        waiting.forEach(piece -> piece.bytes().release());
        waiting.clear();
    }

    /** Ends the channel that this reads without a word. */
    void reset() {
        if (source != null) {
            Relay.reset(source);
        }
    }

    private Rule rule() {
        return relay.proxy().rule(from, to);
    }
}
