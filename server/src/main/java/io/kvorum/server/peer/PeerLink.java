package io.kvorum.server.peer;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.codec.peer.PeerFrameDecoder;
import io.kvorum.codec.peer.PeerProtocolException;
import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Rejected;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to another node, in either direction: frames to messages, and the handshake before anything else.
 * Owned by its loop.
 */
abstract class PeerLink extends ChannelInboundHandlerAdapter {
    /** Answers have the correlation id of their request; what needs no answer has none. */
    static final long NO_CORRELATION = 0;

    /** A handshake's messages are small, and who has not shown who it is may hold no more of our memory than that. */
    private static final int HANDSHAKE_FRAME_BYTES_MAX = 64 << 10;

    /** How long the frames of one connection are served before other connections have their turn. */
    private static final long TURN_NANOS = 2_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    final PeerLoop loop;
    final PeerNode node;
    final PeerClock theirClock = new PeerClock();
    private final PeerFrameDecoder decoder;
    private final Handshake handshake;
    private @Nullable Channel channel;
    private @Nullable FrameSender sender;
    private @Nullable Future<?> handshakeTimeout;
    private boolean established;
    private boolean rejecting;
    private boolean ended;
    private int version = VersionRange.HANDSHAKE;

    PeerLink(PeerLoop loop, Handshake handshake) {
        this.loop = loop;
        this.node = loop.node;
        this.handshake = handshake;
        this.decoder = new PeerFrameDecoder(HANDSHAKE_FRAME_BYTES_MAX, loop.scratch);
    }

    /** The connection stands; who dialled sends its hello. */
    abstract void onOpen();

    /** The handshake is over, well. Returns why there is to be no connection all the same, or null. */
    abstract @Nullable Rejected onEstablished(Hello theirs);

    /** The handshake is over, in vain. */
    abstract void onRejected(boolean byThem, Rejected rejected);

    /**
     * A frame came after the handshake, one that is not for every connection.
     *
     * @param type null if the version that was agreed has no such message
     * @param nowNanos the time, not before the frame was received
     */
    abstract void onFrame(PeerFrame frame, @Nullable MessageType type, long nowNanos);

    /** Whether the next frame may be read; if not, whoever says so calls {@link #readOn} later. */
    abstract boolean mayRead();

    /** The connection has ended; called once. */
    abstract void onEnd(boolean wasEstablished);

    /** Whom to name in the log. */
    abstract String who();

    final FrameSender sender() {
        return Objects.requireNonNull(sender);
    }

    final Channel channel() {
        return Objects.requireNonNull(channel);
    }

    final int version() {
        return version;
    }

    final boolean isEstablished() {
        return established && !ended;
    }

    final @Nullable NodeId theirId() {
        Hello theirs = handshake.theirs();
        return theirs == null ? null : theirs.nodeId();
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public final void channelActive(ChannelHandlerContext context) {
        sender = new FrameSender(loop, context.channel());
        handshakeTimeout = loop.eventLoop.schedule(
                this::onHandshakeTimeout, node.settings.handshakeTimeoutNanos(), TimeUnit.NANOSECONDS);
        onOpen();
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        node.counters.bytesReceived.add(in.readableBytes());
        try {
            decoder.append(in);
        } finally {
            in.release();
        }
        readFrames();
    }

    private void readFrames() {
        long beginNanos = node.clock.nanoTime();
        long nowNanos = beginNanos;
        try {
            PeerFrame frame = loop.frame;
            while (!ended && !rejecting && mayRead() && decoder.next(frame)) {
                if (established) {
                    node.counters.framesReceived.increment();
                    node.observe(frame.senderClock());
                    MessageType type = MessageType.of(frame.type(), version);
                    if (type == MessageType.FLUSHED) {
                        // What comes after it was sent by who had flushed, and is to find that done here too.
                        node.events.flushed((Flushed) decode(frame, type));
                    } else {
                        onFrame(frame, type, nowNanos);
                    }
                } else {
                    theirClock.heard(frame.time(), nowNanos);
                    onHandshakeFrame(frame);
                }
                nowNanos = node.clock.nanoTime();
                if (nowNanos - beginNanos > TURN_NANOS) {
                    letOthers();
                    break;
                }
            }
        } catch (PeerProtocolException | DecodeException garbage) {
            node.logGarbage(who(), String.valueOf(garbage.getMessage()));
            close();
        } finally {
            decoder.retain();
        }
    }

    /** Goes on after the others. A scheduled task comes behind the loop's next look at its sockets, a plain one before. */
    private void letOthers() {
        channel().config().setAutoRead(false);
        Future<?> unused = loop.eventLoop.schedule(this::readOn, 0, TimeUnit.NANOSECONDS);
    }

    /** Reads on, from frames that were left unread and then from the socket. */
    final void readOn() {
        if (mayRead()) {
            channel().config().setAutoRead(true);
            readFrames();
        }
    }

    /** Reads the message of the current frame. */
    final PeerMessage decode(PeerFrame frame, MessageType type) {
        return type.decode(frame.payload(loop.reader));
    }

    /** Sends a message of the handshake. */
    final void sendHandshake(PeerMessage message) {
        sender().append(VersionRange.HANDSHAKE, NO_CORRELATION, message);
    }

    /** Ends the connection. */
    final void close() {
        Sockets.close(channel());
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        if (ended) {
            return;
        }
        ended = true;
        cancelHandshakeTimeout();
        decoder.close();
        FrameSender opened = sender;
        if (opened != null) {
            // There is none where the connection ended before its beginning was told.
            opened.close();
        }
        onEnd(established);
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection with {} broke: {}", who(), cause.toString());
        } else {
            LOG.error("connection with {} is closed because of a bug", who(), cause);
        }
        Sockets.close(context.channel());
    }

    private void onHandshakeFrame(PeerFrame frame) throws PeerProtocolException {
        MessageType type = MessageType.of(frame.type());
        if (type != MessageType.HELLO && type != MessageType.PROOF && type != MessageType.REJECTED) {
            node.logGarbage(who(), "message type " + frame.type() + " before the handshake");
            close();
            return;
        }
        PeerMessage reply = handshake.onMessage(decode(frame, type));
        switch (handshake.state()) {
            case PENDING -> sendHandshake(Objects.requireNonNull(reply));
            case ESTABLISHED -> establish(Objects.requireNonNull(handshake.theirs()), reply);
            case REJECTED_BY_US -> rejectAndClose(Objects.requireNonNull(handshake.rejected()));
            case REJECTED_BY_THEM -> {
                Rejected rejected = Objects.requireNonNull(handshake.rejected());
                node.logRejectedByThem(who(), rejected);
                onRejected(true, rejected);
                close();
            }
            case OUT_OF_ORDER -> {
                node.logGarbage(who(), type + " out of order in the handshake");
                close();
            }
        }
    }

    private void establish(Hello theirs, @Nullable PeerMessage lastWord) {
        version = node.rules.commonVersion(theirs);
        Rejected rejected = onEstablished(theirs);
        if (rejected != null) {
            rejectAndClose(rejected);
            return;
        }
        if (lastWord != null) {
            sendHandshake(lastWord);
        }
        established = true;
        decoder.setFrameBytesMax(node.settings.frameBytesMax());
        sender().tellOfFlushes(version);
        cancelHandshakeTimeout();
    }

    private void rejectAndClose(Rejected rejected) {
        rejecting = true;
        Hello theirs = handshake.theirs();
        node.logRejectedByUs(theirs == null ? who() : theirs.nodeName() + " at " + who(), theirId(), rejected);
        onRejected(false, rejected);
        sendHandshake(rejected);
        sender().flushNow();
        channel().writeAndFlush(channel().alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }

    private void onHandshakeTimeout() {
        if (!established && !ended) {
            node.logHandshakeTimeout(who());
            close();
        }
    }

    private void cancelHandshakeTimeout() {
        Future<?> timeout = handshakeTimeout;
        if (timeout != null) {
            timeout.cancel(false);
            handshakeTimeout = null;
        }
    }
}
