package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a request to its handler: finds the row, checks arity and authentication, routes. Owned by its loop.
 *
 * <p>A handler that throws has met a bug: the client gets an error and the log the trace; the loop goes on, since the
 * requests of others are none of its business.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final byte[] POST = "POST".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HOST = "HOST:".getBytes(StandardCharsets.US_ASCII);
    private static final String INTERNAL_ERROR = "ERR internal error; the node's log says more";

    private final CommandLoop loop;

    /** The end of the last command, which is the begin of the next: one reading of the clock for each. */
    private long nowNanos;

    private long batchBeginNanos;

    Dispatcher(CommandLoop loop) {
        this.loop = loop;
    }

    /** Reads the clock: requests have come. */
    public void beginBatch() {
        nowNanos = loop.clock().nanoTime();
        batchBeginNanos = nowNanos;
    }

    /** How long the requests run since {@link #beginBatch} have taken. */
    public long batchNanos() {
        return nowNanos - batchBeginNanos;
    }

    /** Which earlier requests of its connection a request has to wait for, as {@link ReplyQueue#mustWait} takes it. */
    public int placeOf(RespRequest request) {
        TableRow row = loop.table().find(request, 0);
        NameIndex subcommands = row == null ? null : row.subcommands();
        if (subcommands != null && request.argumentCount() > 1) {
            row = subcommands.find(request.array(), request.offset(1), request.length(1));
        }
        return row == null ? KeyOrder.NOBODY : KeyOrder.placeOf(row.command(), request);
    }

    /** Whether requests are held back now. */
    public boolean isPaused() {
        return loop.sessions().directory().pause().isOn(nowNanos);
    }

    /** When that ends, on the clock's nanoTime scale. */
    public long pauseEndNanos() {
        return loop.sessions().directory().pause().untilNanos();
    }

    /** Whether a request is held back by CLIENT PAUSE. */
    public boolean isHeldBack(RespRequest request) {
        TableRow row = loop.table().find(request, 0);
        return row != null
                && loop.sessions()
                        .directory()
                        .pause()
                        .holds(row.command(), loop.clock().nanoTime());
    }

    /** A copy of a request, to be run when it has waited long enough. */
    public RespRequest keep(RespRequest request) {
        return request.toKeep();
    }

    /** Runs a client's request. The request is valid until this returns. */
    public void run(RespRequest request, Session session, ReplyQueue replies) {
        Call call = loop.takeCall();
        call.begin(request, session, replies, nowNanos, false);
        call.setMeasured();
        if (session.mutesReply()) {
            replies.mute(true);
            call.setMuted();
        }
        try {
            runGuarded(call, null);
            nowNanos = loop.clock().nanoTime();
            boolean failed = call.isError();
            if (failed) {
                loop.recorder().errorReplied(call.errorClass());
            }
            if (call.hasRow()) {
                session.ran(call.command(), nowNanos);
                if (call.answer() == Call.Answer.WRITTEN) {
                    long nanos = nowNanos - call.startNanos();
                    loop.recorder().record(call.row().number(), nanos, failed);
                    if (loop.slowLog().isSlow(nanos)) {
                        loop.slowLog()
                                .add(
                                        call.command(),
                                        request,
                                        session,
                                        nanos,
                                        loop.clock().wallMillis());
                    }
                }
            }
        } finally {
            call.end();
            loop.giveBack(call);
        }
    }

    /**
     * Runs a request that came from a peer, or came back to this node.
     *
     * @param passedOn whether it must not be passed on (again)
     * @param deadlineNanos when the asker stops waiting; 0 for the node's own time limits
     */
    void runInner(RespRequest request, Session session, Replies replies, boolean passedOn, long deadlineNanos) {
        runInner(null, request, session, replies, passedOn, deadlineNanos);
    }

    /** Which earlier requests of its connection a request of a command has to wait for, whatever its first argument says. */
    public int placeOf(Command command, RespRequest request) {
        return KeyOrder.placeOf(command, request);
    }

    /**
     * Runs a command of the table as a step of what a client of another protocol asks for, whatever the request's first
     * argument says. The request is valid until this returns; the reply may come before or later.
     */
    public void runStep(Command command, RespRequest request, Session session, CapturedReply reply) {
        runInner(loop.table().row(command), request, session, reply, false, 0);
    }

    /** Runs one part of a multi-key command: a command on one key, whatever the request's first argument says. */
    void runPart(TableRow row, RespRequest request, Session session, Replies replies, long deadlineNanos) {
        runInner(row, request, session, replies, false, deadlineNanos);
    }

    private void runInner(
            @Nullable TableRow row,
            RespRequest request,
            Session session,
            Replies replies,
            boolean passedOn,
            long deadlineNanos) {
        Call call = loop.takeCall();
        call.begin(request, session, replies, loop.clock().nanoTime(), passedOn);
        call.setDeadline(deadlineNanos);
        try {
            runGuarded(call, row);
        } finally {
            call.end();
            loop.giveBack(call);
        }
    }

    private void runGuarded(Call call, @Nullable TableRow known) {
        try {
            TableRow row = known == null ? find(call) : known;
            if (row != null) {
                admit(call, row);
            }
            if (call.answer() == Call.Answer.NONE) {
                throw new IllegalStateException("no reply");
            }
        } catch (RuntimeException bug) {
            LOG.error("{} failed", call.hasRow() ? call.command() : "a request", bug);
            call.replyInstead(INTERNAL_ERROR);
        }
        if (call.answer() == Call.Answer.WRITTEN) {
            call.finishWritten();
        }
    }

    private @Nullable TableRow find(Call call) {
        RespRequest request = call.request();
        TableRow row = loop.table().find(request, 0);
        if (row == null && call.isPassedOn()) {
            row = loop.table().findInternal(request);
        }
        if (row == null && (request.matches(0, POST) || request.matches(0, HOST))) {
            refuseHttp(call);
            return null;
        }
        if (row == null) {
            loop.recorder().unknown(CommandErrors.clipped(request, 0, 64));
            loop.table().unsupported().answer(call);
            return null;
        }
        NameIndex subcommands = row.subcommands();
        if (subcommands == null || request.argumentCount() == 1) {
            return row;
        }
        TableRow subcommand = subcommands.find(request.array(), request.offset(1), request.length(1));
        if (subcommand == null) {
            loop.recorder().rejected(row.number());
            loop.table().unsupported().answer(call, row.command());
        }
        return subcommand;
    }

    /**
     * A web page can make its reader's browser send requests here, whose body would be run as commands; as Redis does,
     * nothing more is read from it.
     */
    private void refuseHttp(Call call) {
        loop.recorder().unknown("(http)");
        call.out().error("ERR this port does not speak HTTP; the connection is closed");
        call.session().close();
    }

    private void admit(Call call, TableRow row) {
        Command command = row.command();
        if (!command.allows(call.request().argumentCount())) {
            loop.recorder().rejected(row.number());
            call.out().error(CommandErrors.wrongArity(command));
        } else if (!call.session().isFree() && !call.session().mayRunAnyway(command)) {
            loop.recorder().rejected(row.number());
            call.out().error(call.session().isAuthenticated() ? UnsupportedCommands.NOT_RUN : CommandErrors.NO_AUTH);
        } else {
            Route route = command.route(call.request());
            call.found(row, route);
            switch (route) {
                case NONE -> command.handler().run(call);
                case MULTI -> loop.router().routeAll(call);
                case READ, WRITE, MODIFY -> loop.router().route(call);
            }
        }
    }
}
