package io.kvorum.server.command.memcached;

import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.memcached.McWriter;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.CapturedReply;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of a memcached client: the steps it takes, one after the other, and the reply made of theirs. Owned by its
 * loop.
 *
 * <pre>
 *   start ──► step ── reply ──► answered ──► done            all at once where this node has what is asked for
 *               │                  └──► another step
 *               └─ it comes later: request and place in the queue are kept
 * </pre>
 */
abstract class Exchange implements CapturedReply.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final String SERVER_ERROR = "SERVER_ERROR ";
    private static final String INTERNAL_ERROR = SERVER_ERROR + "internal error; the node's log says more";

    final McDispatcher owner;
    private final ReplyQueue replies;
    private final Command command;
    private final Session session;
    private final long startNanos;
    private McRequest request;
    private @Nullable PendingReply later;
    private boolean done;
    private @Nullable ByteBuf target;
    private int begin;

    /**
     * An exchange that has not begun.
     *
     * @param command the first step, under whose name it is measured
     * @param session of who asks
     */
    Exchange(McDispatcher owner, Command command, McRequest request, Session session, ReplyQueue replies) {
        this.owner = owner;
        this.command = command;
        this.request = request;
        this.session = session;
        this.replies = replies;
        this.startNanos = owner.nowNanos();
    }

    /** Makes the reply of a step's, or takes another step. */
    abstract void answered(StepReply reply);

    /** The request. */
    final McRequest request() {
        return request;
    }

    final void start(RespRequest step) {
        int place = owner.loop().dispatcher().placeOf(command, step);
        step(command, step);
        if (!done) {
            later = replies.later(owner.loop(), RespWriter.RESP2, place, request.bytes());
            request = request.lineToKeep();
        }
    }

    final void step(Command next, RespRequest step) {
        owner.loop()
                .dispatcher()
                .runStep(next, step, owner.stepSession(), CapturedReply.onAccountOf(replies, owner.loop(), this));
    }

    @Override
    public final void onReply(ByteBuf encoded) {
        try {
            StepReply reply = owner.stepReply().of(encoded);
            if (reply.isError()) {
                failed(reply.error());
            } else {
                answered(reply);
            }
        } catch (RuntimeException bug) {
            LOG.error("the reply to {} could not be made", request, bug);
            if (!done) {
                replaceBy(INTERNAL_ERROR);
            }
        }
    }

    @Override
    public final void onRefused(Failure failure) {
        onReply(Unpooled.wrappedBuffer(CommandErrors.encoded(failure)));
    }

    /** A step failed: nothing was done, or nobody knows; the text says which. */
    void failed(String codeAndText) {
        owner.countError(codeAndText);
        errorLine(SERVER_ERROR + codeAndText);
    }

    /** Replies with an error line, unless the client wants no reply at all. */
    final void error(String line) {
        owner.countError(line);
        errorLine(line);
    }

    private void errorLine(String line) {
        if (request.isQuiet() && !request.verb().isMeta()) {
            silence(true);
        } else {
            out().line(line);
            finish(true);
        }
    }

    /** Replies with a line. */
    final void line(String text) {
        if (request.isQuiet() && !request.verb().isMeta()) {
            silence(false);
        } else {
            out().line(text);
            finish(false);
        }
    }

    /** Where the reply is written; then comes {@link #finish}. */
    final McWriter out() {
        PendingReply waiting = later;
        ByteBuf buffer = waiting == null ? replies.now() : waiting.out().buffer();
        target = buffer;
        begin = buffer.writerIndex();
        return owner.writer().attach(buffer);
    }

    /** The reply is whole. */
    final void finish(boolean isError) {
        owner.writer().detach();
        target = null;
        done = true;
        PendingReply waiting = later;
        if (waiting == null) {
            replies.written();
        } else {
            waiting.done();
        }
        owner.measured(command, request, session, startNanos, isError);
    }

    /** There is no reply. */
    final void silence(boolean isError) {
        out();
        finish(isError);
    }

    private void replaceBy(String line) {
        owner.countError(line);
        ByteBuf begun = target;
        if (begun == null) {
            out();
        } else {
            begun.writerIndex(begin);
        }
        owner.writer().line(line);
        finish(true);
    }
}
