package io.kvorum.server.client;

import io.kvorum.server.command.ClientPause;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.SessionLimits;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.peer.TurnFlusher;
import io.kvorum.server.runtime.LogThrottle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: bytes to requests, replies to bytes, in order and within bounds. Owned by its event loop.
 *
 * <pre>
 *   READING ── too many replies waited for, too many bytes unread, or ──► STALLED (no reads; requests wait, unparsed)
 *      ▲       its share of the loop's turn used up                         │ replies came, bytes left, others had theirs
 *      └────────────────────────────────────────────────────────────────────┘
 *   either ── QUIT, protocol error, node closes, or lets its clients go and this one is idle ──► CLOSING: replies due leave, then the socket closes
 *   either ── the client has ended its side ──► as before, but nothing more is read; CLOSING once all it had sent is answered
 * </pre>
 *
 * A client that never reads its replies holds the bound of bytes and no more, and takes no time from anybody. What all
 * hold together is bounded by {@link ClientMemory}.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter
        implements TurnFlusher.Flushable, ReplyQueue.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** Replies of this size are handed to the channel before the turn ends, so that its bound sees them. */
    private static final int OUTPUT_CHUNK_BYTES = 64 * 1024;

    /** With so many bytes of replies unread, nothing more is read. */
    static final int OUTPUT_STALL_BYTES = 1 << 20;

    /**
     * So much is read of a client that CLIENT PAUSE holds back. It is read on at all so that its going is noticed: who
     * reads nothing does not see the end.
     */
    static final int PAUSED_INPUT_BYTES = 256 << 10;

    /** How long the requests of one client run before those of others have their turn. */
    private static final long TURN_NANOS = 2_000_000;

    private static final long LINGER_MILLIS = 1_000;

    private static final String TOO_MANY = "ERR max number of clients reached";

    private static final String PROTECTED = "DENIED Kvorum is running in protected mode because protected mode is"
            + " enabled and no password is set. In this mode connections are only accepted from the loopback"
            + " interface. If you want to connect from external computers, set requirepass, or, where the network"
            + " itself is trusted, set protected-mode to off; then restart the node.";

    private final ClientLoop loop;
    private final ClientConfig config;
    private final ClientMemory memory;
    private final LogThrottle throttle;
    private final ClientProtocol protocol;
    private ClientMemory.@Nullable Holding holding;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ReplyQueue replies;
    private @Nullable Session session;
    private boolean flushQueued;

    /** Whether a request waits until earlier ones on its key are answered. */
    private boolean holdsRequest;

    private int heldPlace;
    private int heldRequestBytes;

    /** Whether it is held back by CLIENT PAUSE, besides. */
    private boolean heldBack;

    /** When that is looked at again. */
    private @Nullable Future<?> pauseEnd;

    private boolean stalled;
    private boolean resumeQueued;
    private boolean closeBegun;

    /** Set once the node lets its clients go. */
    private @Nullable DrainPace draining;

    /** Whether the client may be sending just when it is closed. */
    private boolean lingers;

    /** Set once the client has ended its side: it sends nothing more, and may still read. */
    private @Nullable EndedInput inputEnded;

    ClientConnection(
            ClientLoop loop, ClientProtocol protocol, ClientConfig config, ClientMemory memory, LogThrottle throttle) {
        this.loop = loop;
        this.protocol = protocol;
        this.config = config;
        this.memory = memory;
        this.throttle = throttle;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        SocketAddress remote = ctx.channel().remoteAddress();
        boolean passwordless = loop.commands().facts().isPasswordless();
        if (config.protectedMode() && passwordless && !isLoopback(remote)) {
            loop.commands().recorder().turnedAway();
            refuse(ctx, PROTECTED);
            return;
        }
        Session fresh = new Session(
                loop.commands().sessions().directory().nextId(),
                text(remote),
                text(ctx.channel().localAddress()),
                passwordless,
                loop.commands().clock().nanoTime(),
                new SessionLimits(config.session(), config.sessionKeysMax(), config.sessionBytesMax()));
        fresh.rememberIfFromStart(loop.commands().recorder());
        if (!loop.commands().sessions().add(fresh, config.connectionsMax())) {
            loop.commands().recorder().turnedAway();
            refuse(ctx, TOO_MANY);
            return;
        }
        fresh.connected(new Link());
        protocol.setAuthenticated(passwordless);
        replies = new ReplyQueue(ctx.alloc(), this);
        session = fresh;
        holding = memory.join(() -> evicted(ctx));
        loop.commands().recorder().connected();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            if (session == null || session.isClosing()) {
                return;
            }
            if (session.isTransactionRefused() && isIdle(ctx)) {
                // The refusal has left, and nothing more had come by then: this may well be from a client that has read
                // it.
                session.endTransaction();
            }
            loop.commands().recorder().received(bytes.readableBytes());
            protocol.append(bytes);
        } finally {
            bytes.release();
        }
        if (!stalled) {
            runRequests();
        } else if (!readsOn()) {
            ctx.channel().config().setAutoRead(false);
        }
        protocol.retain();
        tellHeld();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        resumeSoon();
        ctx.fireChannelWritabilityChanged();
    }

    /**
     * The client ends its side ({@link EndedInput}). As by Redis, what does not fit into the socket's buffer may be lost then:
     * Netty 4.2's epoll cannot be asked for room to write once it has nothing to read.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent
                && replies != null
                && inputEnded == null
                && ctx.channel().isActive()) {
            inputEnded = new EndedInput(ctx, replies);
            boolean hasHeardTheEnd = ctx.channel() instanceof DuplexChannel duplex && duplex.isOutputShutdown();
            // A pause may be long, and most who end here are gone.
            if (heldBack || hasHeardTheEnd) {
                ctx.close();
            } else {
                queueFlush();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    /** Whether a client that has ended its side has been answered all that it sent; half a request is none. */
    private boolean isAnsweredToTheEnd(ReplyQueue queue) {
        return inputEnded != null && !holdsRequest && !stalled && queue.waiting() == 0 && queue.outputBytes() == 0;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (inputEnded != null) {
            inputEnded.end();
        }
        Session ended = session;
        if (ended != null) {
            ended.close();
            loop.commands().sessions().remove(ended);
        }
        if (replies != null) {
            replies.close();
        }
        protocol.close();
        endHoldingBack();
        if (holding != null) {
            holding.end();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A socket that broke is the network's everyday; anything else is a bug of ours.
        if (!(cause instanceof IOException)) {
            LOG.error("connection of {} closed", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }

    /** Answers what was taken, then closes. On the loop. */
    void closeGracefully() {
        if (session != null && context != null) {
            session.close();
            context.channel().config().setAutoRead(false);
            queueFlush();
        } else if (context != null) {
            context.close();
        }
    }

    /** Closes once it is idle, and at the latest after so long; see {@link DrainPace}. On the loop. */
    void drain(long timeoutNanos) {
        if (draining != null) {
            return;
        }
        if (session == null) {
            closeGracefully();
            return;
        }
        long nowNanos = loop.commands().clock().nanoTime();
        draining = new DrainPace(nowNanos, session.idleNanos(nowNanos), timeoutNanos);
        leaveIfIdle();
    }

    /** Looks, now and whenever that may have changed, whether it is time to close. */
    private void leaveIfIdle() {
        ChannelHandlerContext ctx = context;
        Session leaving = session;
        DrainPace pace = draining;
        if (ctx == null
                || leaving == null
                || pace == null
                || leaving.isClosing()
                || !ctx.channel().isActive()) {
            return;
        }
        long nowNanos = loop.commands().clock().nanoTime();
        pace.look(nowNanos);
        if (pace.isOver(nowNanos)) {
            closeGracefully();
        } else if (!leaveNow(ctx, leaving, pace, nowNanos)) {
            long rest = pace.restNanos(nowNanos, leaving.watchesDrain());
            ctx.executor().schedule(this::leaveIfIdle, rest, TimeUnit.NANOSECONDS);
        }
    }

    private boolean leaveNow(ChannelHandlerContext ctx, Session leaving, DrainPace pace, long nowNanos) {
        if (!isIdle(ctx) || !pace.mayClose(nowNanos, leaving.watchesDrain())) {
            return false;
        }
        lingers = !pace.isQuiet(nowNanos, leaving.watchesDrain());
        leaving.close();
        queueFlush();
        return true;
    }

    /** Whether no byte of a request or of a reply is on this side. */
    private boolean isIdle(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
        return !holdsRequest
                && !stalled
                && replies != null
                && replies.waiting() == 0
                && replies.outputBytes() == 0
                && !protocol.isWithinRequest()
                && (unsent == null || unsent.totalPendingWriteBytes() == 0);
    }

    /**
     * Tells the client that there is nothing more, and closes when it has heard so: what it has sent meanwhile must not make
     * the kernel take the last reply back.
     */
    private static void linger(Channel channel) {
        if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            duplex.shutdownOutput();
            channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            channel.close();
        }
    }

    @Override
    public void onProgress() {
        if (inputEnded != null) {
            inputEnded.progressed();
        }
        tellHeld();
        queueFlush();
        resumeSoon();
    }

    @Override
    public boolean onHeld() {
        tellHeld();
        // A client that is closing still has its replies; one that was dropped has none.
        return holding != null && !holding.hasEnded();
    }

    @Override
    public void flushNow() {
        flushQueued = false;
        ChannelHandlerContext ctx = context;
        if (ctx == null || replies == null || !ctx.channel().isActive()) {
            return;
        }
        handOver(ctx, replies);
        if (session != null && isAnsweredToTheEnd(replies)) {
            session.close();
        }
        if (session != null && session.isClosing() && replies.waiting() == 0 && !closeBegun) {
            closeBegun = true;
            ChannelFuture last = ctx.writeAndFlush(Unpooled.EMPTY_BUFFER);
            if (lingers) {
                last.addListener(sent -> linger(ctx.channel()));
            } else {
                last.addListener(ChannelFutureListener.CLOSE);
            }
        } else {
            ctx.flush();
            tellHeld();
            resumeSoon();
            DrainPace pace = draining;
            if (pace != null && session != null && !session.isClosing()) {
                long nowNanos = loop.commands().clock().nanoTime();
                pace.active(nowNanos);
                leaveNow(ctx, session, pace, nowNanos);
            }
        }
    }

    private void runRequests() {
        Session asking = session;
        ReplyQueue queue = replies;
        ChannelHandlerContext ctx = context;
        if (asking == null || queue == null || ctx == null) {
            return;
        }
        protocol.beginBatch();
        while (!asking.isClosing() && !stallIfFull(ctx, queue) && nextRequest(asking, queue)) {
            if (queue.waiting() > 0 && mustWait(queue)) {
                continue;
            }
            // Asked for each request: the one before it may have been CLIENT PAUSE.
            if (protocol.isPaused() && protocol.isHeldBack()) {
                holdBack(ctx);
                continue;
            }
            boolean authenticated = asking.isAuthenticated();
            protocol.run(asking, queue);
            if (asking.isAuthenticated() != authenticated) {
                protocol.setAuthenticated(!authenticated);
            }
            if (protocol.batchNanos() > TURN_NANOS) {
                letOthers(ctx);
                break;
            }
        }
        if (asking.isClosing()) {
            protocol.close();
            ctx.channel().config().setAutoRead(false);
        }
        queueFlush();
    }

    /** Turns to the request that has waited, or to the next one; false if there is none yet. */
    private boolean nextRequest(Session asking, ReplyQueue queue) {
        if (holdsRequest) {
            holdsRequest = false;
            heldRequestBytes = 0;
            return true;
        }
        return protocol.next(asking, queue);
    }

    /** Keeps a request that is on the key of an unanswered one; nothing behind it is looked at before it has run. */
    private boolean mustWait(ReplyQueue queue) {
        heldPlace = protocol.place();
        if (!queue.mustWait(heldPlace)) {
            return false;
        }
        heldRequestBytes = protocol.keep();
        holdsRequest = true;
        return true;
    }

    /** Keeps a request until the pause is over; nothing behind it is looked at before it has run. */
    private void holdBack(ChannelHandlerContext ctx) {
        heldPlace = protocol.place();
        heldRequestBytes = protocol.keep();
        holdsRequest = true;
        heldBack = true;
        pause().countHeldBack(1);
        if (inputEnded != null) {
            ctx.close();
            return;
        }
        long restNanos = protocol.pauseEndNanos() - loop.commands().clock().nanoTime();
        pauseEnd = ctx.executor().schedule(this::lookAgain, Math.max(0, restNanos) + 1, TimeUnit.NANOSECONDS);
    }

    private void lookAgain() {
        ChannelHandlerContext ctx = context;
        endHoldingBack();
        resumeSoon();
        if (ctx != null && stalled && !resumeQueued) {
            // Something else holds it: it is no longer read on.
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** A pause may be long, and nobody may be here to see its end: the timer must not keep the connection until then. */
    private void endHoldingBack() {
        if (heldBack) {
            heldBack = false;
            pause().countHeldBack(-1);
        }
        Future<?> timer = pauseEnd;
        pauseEnd = null;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private ClientPause pause() {
        return loop.commands().sessions().directory().pause();
    }

    /** Whether a client whose requests are not run is read all the same. */
    private boolean readsOn() {
        return heldBack && protocol.heldBytes() + heldRequestBytes < PAUSED_INPUT_BYTES;
    }

    private boolean stallIfFull(ChannelHandlerContext ctx, ReplyQueue queue) {
        if (queue.outputBytes() >= OUTPUT_CHUNK_BYTES) {
            handOver(ctx, queue);
        }
        tellHeld();
        boolean full = isFull(ctx, queue);
        if (full && !stalled) {
            stalled = true;
            ctx.channel().config().setAutoRead(readsOn() && inputEnded == null);
        }
        return full;
    }

    /**
     * Tells what this client holds, and closes it if that is more than one client may: a single reply may be, or those
     * that were asked for before the first was late.
     */
    private void tellHeld() {
        ChannelHandlerContext ctx = context;
        ClientMemory.Holding told = holding;
        if (ctx == null || told == null || replies == null) {
            return;
        }
        ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
        long bytes = replies.heldBytes() + (unsent == null ? 0 : unsent.totalPendingWriteBytes());
        Session remembering = session;
        long remembered = remembering == null ? 0 : remembering.rememberedBytes();
        told.set(bytes + protocol.heldBytes() + heldRequestBytes + remembered);
        if (bytes > config.outputBufferBytesMax() && !told.hasEnded()) {
            told.end();
            drop(ctx, "holds " + bytes + " bytes of replies, above client.output-buffer-max");
        }
    }

    /** This client held the most when the bound for all was passed. Any thread. */
    private void evicted(ChannelHandlerContext ctx) {
        String why = "held the most of the memory for clients when that was full, see client.memory-max";
        if (ctx.executor().inEventLoop()) {
            drop(ctx, why);
        } else {
            ctx.executor().execute(() -> drop(ctx, why));
        }
    }

    /** Closes at once. What is being run now may still write replies; they go nowhere. */
    private void drop(ChannelHandlerContext ctx, String why) {
        loop.commands().recorder().dropped();
        if (throttle.permits("dropped", loop.commands().clock().nanoTime())) {
            LOG.warn(
                    "client {} {}; it is closed, and others like it will be without a line for each",
                    text(ctx.channel().remoteAddress()),
                    why);
        }
        if (session != null) {
            session.close();
        }
        ctx.close();
    }

    private boolean isFull(ChannelHandlerContext ctx, ReplyQueue queue) {
        return (holdsRequest && (heldBack || queue.mustWait(heldPlace)))
                || queue.waiting() >= Math.min(config.pipelineMax(), queue.fittingIn(OUTPUT_STALL_BYTES))
                || queue.heldBytes() >= OUTPUT_STALL_BYTES
                || !ctx.channel().isWritable();
    }

    /** By a task of its own: whoever makes room is in the middle of something else. */
    private void resumeSoon() {
        ChannelHandlerContext ctx = context;
        if (stalled && !resumeQueued && ctx != null && replies != null && !isFull(ctx, replies)) {
            resumeQueued = true;
            ctx.executor().execute(this::resume);
        }
    }

    /** Goes on after the others. A scheduled task comes behind the loop's next look at its sockets, a plain one before. */
    private void letOthers(ChannelHandlerContext ctx) {
        stalled = true;
        ctx.channel().config().setAutoRead(false);
        if (!resumeQueued) {
            resumeQueued = true;
            ctx.executor().schedule(this::resume, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void resume() {
        resumeQueued = false;
        ChannelHandlerContext ctx = context;
        if (ctx == null
                || session == null
                || session.isClosing()
                || !ctx.channel().isActive()) {
            return;
        }
        stalled = false;
        boolean ran = false;
        try {
            runRequests();
            protocol.retain();
            tellHeld();
            ran = true;
        } finally {
            if (!ran) {
                // Nobody would ever read on: what fails here is no read of the channel, which Netty would end.
                ctx.close();
            }
        }
        if (!stalled && !session.isClosing() && inputEnded == null) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** This connection as its session sees it. */
    private final class Link implements Session.Connection {
        @Override
        public void kill() {
            if (session != null) {
                session.close();
            }
            if (context != null) {
                context.close();
            }
        }

        @Override
        public void resume() {
            if (heldBack) {
                lookAgain();
            }
        }

        @Override
        public long requestBytes() {
            return protocol.heldBytes() + (long) heldRequestBytes;
        }

        @Override
        public long replyBytes() {
            ChannelHandlerContext ctx = context;
            ChannelOutboundBuffer unsent =
                    ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
            return (replies == null ? 0 : replies.heldBytes()) + (unsent == null ? 0 : unsent.totalPendingWriteBytes());
        }

        @Override
        public int waiting() {
            return replies == null ? 0 : replies.waiting();
        }

        @Override
        public boolean isPaused() {
            return heldBack;
        }
    }

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            loop.flushes().flushLater(this);
        }
    }

    private void handOver(ChannelHandlerContext ctx, ReplyQueue queue) {
        ByteBuf output = queue.takeOutput();
        if (output != null) {
            loop.commands().recorder().sent(output.readableBytes());
            ctx.write(output, ctx.voidPromise());
        }
    }

    private void refuse(ChannelHandlerContext ctx, String error) {
        ByteBuf reply = ctx.alloc().buffer();
        protocol.refuse(reply, error);
        ctx.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
    }

    private static boolean isLoopback(SocketAddress address) {
        return !(address instanceof InetSocketAddress internet)
                || internet.getAddress() == null
                || internet.getAddress().isLoopbackAddress();
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress() + ':' + internet.getPort()
                : String.valueOf(address);
    }
}
