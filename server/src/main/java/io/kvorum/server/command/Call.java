package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.ReadCallback;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.coordinator.WriteCallback;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Shown;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way through its handler. A flyweight, used again and again: neither it nor its request may be kept
 * after the handler returned. Owned by the loop.
 *
 * <p>A handler replies once: through {@link #out}, {@link #defer}, or one of {@link #read}, {@link #change} and
 * {@link #fail}, which do so for it.
 */
public final class Call {
    static final RespRequest NO_REQUEST = new RespRequest();

    private final CommandLoop loop;
    private final RespWriter writer = new RespWriter();

    private RespRequest request = NO_REQUEST;
    private @Nullable Session session;
    private @Nullable Replies replies;
    private @Nullable TableRow row;
    private Route route = Route.NONE;
    private RequestOptions options = RequestOptions.DEFAULTS;
    private long startNanos;
    private long deadlineNanos;
    private boolean passedOn;
    private boolean measured;
    private boolean patient;
    private boolean muted;
    private boolean standingIn;

    private @Nullable ClusterView view;
    private @Nullable KeyRef key;
    private int partition;
    private long positionHigh;
    private long positionLow;

    private Answer answer = Answer.NONE;
    private int replyBegin;
    private @Nullable PendingReply later;

    /** How far the reply is. */
    enum Answer {
        NONE,
        WRITTEN,
        LATER,
        REFUSED
    }

    Call(CommandLoop loop) {
        this.loop = loop;
    }

    void begin(RespRequest toRun, Session from, Replies to, long nowNanos, boolean isPassedOn) {
        request = toRun;
        session = from;
        replies = to;
        row = null;
        route = Route.NONE;
        options = from.options();
        startNanos = nowNanos;
        deadlineNanos = 0;
        passedOn = isPassedOn;
        measured = false;
        patient = false;
        muted = false;
        standingIn = false;
        view = null;
        key = null;
        later = null;
        answer = Answer.NONE;
    }

    void end() {
        request = NO_REQUEST;
        session = null;
        replies = null;
        view = null;
        key = null;
        later = null;
        writer.detach();
    }

    void found(TableRow found, Route whereTo) {
        row = found;
        route = whereTo;
    }

    void place(ClusterView now, int keyPartition, long high, long low) {
        view = now;
        partition = keyPartition;
        positionHigh = high;
        positionLow = low;
    }

    /** Sets when the client stops waiting, on the clock's nanoTime scale; 0 if its node decides. */
    void setDeadline(long nanos) {
        deadlineNanos = nanos;
    }

    void setMeasured() {
        measured = true;
    }

    /** Its reply is not sent. */
    void setMuted() {
        muted = true;
    }

    /** Whether the client is not shown its reply. */
    boolean isMuted() {
        return muted;
    }

    /** Whether a fallback may run it in the place of owners that cannot be reached. */
    boolean mayBeStoodInFor() {
        return route == Route.WRITE && command().is(CommandFlag.BLIND);
    }

    /** Lets the handler run in the place of owners, on a fallback. */
    void standIn() {
        standingIn = true;
    }

    /** Whether it runs on a fallback, in the place of owners: what that keeps of the key is not all there is. */
    public boolean standsIn() {
        return standingIn;
    }

    boolean isPassedOn() {
        return passedOn;
    }

    Answer answer() {
        return answer;
    }

    /** Whether the reply, which is written, is an error. */
    boolean isError() {
        return answer == Answer.WRITTEN
                && writer.buffer().writerIndex() > replyBegin
                && writer.buffer().getByte(replyBegin) == '-';
    }

    /** The first word of the reply, which is an error. */
    String errorClass() {
        return CommandErrors.firstWord(writer.buffer(), replyBegin);
    }

    long startNanos() {
        return startNanos;
    }

    /** The loop it runs on. */
    public CommandLoop loop() {
        return loop;
    }

    /** The request; valid until the handler returns. */
    public RespRequest request() {
        return request;
    }

    /** The command. */
    public Command command() {
        return row().command();
    }

    boolean hasRow() {
        return row != null;
    }

    TableRow row() {
        return present(row);
    }

    /** The route taken. */
    public Route route() {
        return route;
    }

    /** Who asks. */
    public Session session() {
        return present(session);
    }

    /** Where the reply goes. */
    Replies replies() {
        return present(replies);
    }

    /** What is asked of quorums. */
    public RequestOptions options() {
        return options;
    }

    /** Overrides the connection's quorum options, as arguments of the request may. */
    public void setOptions(RequestOptions ofRequest) {
        options = ofRequest;
    }

    /** The view of the cluster that the request was routed by. */
    public ClusterView view() {
        ClusterView routedBy = view;
        return routedBy == null ? loop.keys().view() : routedBy;
    }

    /** The partition of a routed command's key. */
    public int partition() {
        return partition;
    }

    /** Upper half of the position of a routed command's key. */
    public long positionHigh() {
        return positionHigh;
    }

    /** Lower half of the position of a routed command's key. */
    public long positionLow() {
        return positionLow;
    }

    /** The key of a routed command, copied, to keep. */
    public KeyRef keyRef() {
        KeyRef copied = key;
        if (copied == null) {
            copied = new KeyRef(
                    partition, positionHigh, positionLow, request.copy(command().firstKey()));
            key = copied;
        }
        return copied;
    }

    /** When the client stops waiting, on the clock's nanoTime scale. */
    public long deadlineNanos() {
        if (deadlineNanos != 0) {
            return deadlineNanos;
        }
        KeyOperations keys = loop.keys();
        boolean reads =
                route == Route.READ || (route == Route.MULTI && !command().is(CommandFlag.WRITE));
        return startNanos + (reads ? keys.readTimeoutNanos() : keys.writeTimeoutNanos());
    }

    /** The writer of the reply, if it is there now. */
    public RespWriter out() {
        if (answer == Answer.WRITTEN) {
            return writer;
        }
        if (answer != Answer.NONE) {
            throw new IllegalStateException("a second reply to " + row);
        }
        answer = Answer.WRITTEN;
        writer.attach(replies().now(), session().protocol());
        replyBegin = writer.buffer().writerIndex();
        return writer;
    }

    /** Ends the connection in the place of a reply, once all replies before it have left. */
    public void endWithoutReply() {
        out().ok();
        replies().mute(true);
        session().close();
    }

    /** Keeps the place of a reply that comes later. */
    public PendingReply defer() {
        if (answer != Answer.NONE) {
            throw new IllegalStateException("a second reply to " + row);
        }
        answer = Answer.LATER;
        PendingReply reply =
                replies().later(loop, session().protocol(), KeyOrder.placeOf(command(), request), request.bytes());
        later = reply;
        if (measured) {
            KeyRef copied = key;
            reply.measure(
                    row(), startNanos, session(), copied == null ? null : copied.bytes(), request.argumentCount());
        }
        return reply;
    }

    /** Replies with a failure; lets another node be asked if this one did nothing and there is one to ask. */
    public void fail(Failure failure) {
        if (failure.kind().leavesItToOthers() && replies().refuse(failure)) {
            answer = Answer.REFUSED;
            return;
        }
        CommandErrors.write(out(), failure, null);
    }

    /** Whether this node answers for the key at once, without asking anybody. */
    public boolean answersAlone() {
        return !patient && loop.keys().answersAlone(view(), partition, options);
    }

    /**
     * What the client's session has seen of the call's key; null if it has none, or knows nothing of the key: then a write
     * is a plain one.
     */
    @Nullable
    Context seen() {
        SeenContexts contexts = session().seen();
        int at = command().firstKey();
        return contexts == null ? null : contexts.of(request.array(), request.offset(at), request.length(at));
    }

    /** Reads the key and replies; where this node answers alone, at once and without an allocation of its own. */
    public void read(RecordReply reply) {
        SeenContexts contexts = muted ? null : session().seen();
        readAndReply(contexts == null ? reply : new RememberedReply(reply, contexts, keyRef().bytes()));
    }

    private void readAndReply(RecordReply reply) {
        KeyOperations keys = loop.keys();
        if (answersAlone()) {
            int key = command().firstKey();
            byte[] record =
                    keys.readHere(partition, positionHigh, request.array(), request.offset(key), request.length(key));
            if (keys.isStub(record)) {
                runPatiently();
            } else {
                reply.write(loop, out(), record);
            }
            return;
        }
        keys.read(keyRef(), options, deadlineNanos(), new ReadThenReply(defer(), reply));
    }

    /**
     * Changes the key as the route says, and replies.
     *
     * @param edit keeps nothing of the request, unless {@link #answersAlone}: then it is done when this returns
     */
    public void change(KeyEdit edit) {
        change(edit, route == Route.MODIFY);
    }

    /**
     * Changes the key, and replies.
     *
     * @param edit as for {@link #change(KeyEdit)}
     * @param readFirst whether what R owners have is merged into this node's copy before the edit sees it
     */
    public void change(KeyEdit edit, boolean readFirst) {
        if (answersAlone()) {
            changeHere(edit);
            return;
        }
        KeyOperations keys = loop.keys();
        KeyRef key = keyRef();
        SeenContexts contexts = session().seen();
        Context seen = contexts == null ? null : seen();
        LastWrite lastWrite = session().lastWrite();
        Context given = edit.isOfSession() ? seen : null;
        ChangeThenReply waiting =
                new ChangeThenReply(defer(), edit, key, contexts, given, lastWrite, lastWrite.begin());
        if (standingIn) {
            keys.standIn(key, edit, options, deadlineNanos(), waiting);
        } else if (readFirst || (seen != null && seen.hasDotUnknownTo(ownRecord(key)))) {
            keys.modify(key, edit, options, deadlineNanos(), waiting);
        } else {
            keys.write(key, edit, options, deadlineNanos(), waiting);
        }
    }

    /** This node's copy of the record. What a session has seen and this has not heard of, other owners have. */
    private byte @Nullable [] ownRecord(KeyRef key) {
        return loop.keys().readHere(partition, positionHigh, key.bytes(), 0, key.bytes().length);
    }

    private void changeHere(KeyEdit edit) {
        KeyOperations keys = loop.keys();
        SeenContexts contexts = session().seen();
        Context seen = contexts == null ? null : seen();
        int key = command().firstKey();
        Failure failure = keys.updateHere(
                partition, positionHigh, request.array(), request.offset(key), request.length(key), edit);
        if (failure == null) {
            if (contexts != null) {
                remember(contexts, keyRef().bytes(), edit.isOfSession() ? seen : null, edit.seen());
            }
            session().lastWrite().heldHere();
            edit.reply(loop, out(), keys.lastRecord());
        } else if (failure.kind() == Failure.Kind.TRYAGAIN) {
            runPatiently();
        } else {
            fail(failure);
        }
    }

    /** The disk is needed, or behind, and nothing was done: runs the handler once more, with everything that waiting takes. */
    private void runPatiently() {
        patient = true;
        command().handler().run(this);
    }

    /** Replies with an error instead of what the handler, which failed, may have written or promised. */
    void replyInstead(String error) {
        PendingReply promised = later;
        if (answer == Answer.NONE) {
            out().error(error);
        } else if (answer == Answer.WRITTEN) {
            writer.buffer().writerIndex(replyBegin);
            writer.error(error);
        } else if (promised != null && !promised.isDone()) {
            promised.error(error);
        }
    }

    void finishWritten() {
        replies().written();
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the call has ended, or has not begun");
        }
        return value;
    }

    private record ReadThenReply(PendingReply pending, RecordReply reply) implements ReadCallback {
        @Override
        public void onRecord(byte @Nullable [] record) {
            pending.make(
                    out -> reply.write(pending.loop(), out, record), "ERR internal error; the node's log says more");
        }

        @Override
        public void onFailure(Failure failure) {
            pending.fail(failure, null);
        }
    }

    private static void remember(
            @Nullable SeenContexts contexts, byte[] key, @Nullable Context seen, @Nullable Context after) {
        if (contexts != null && after != null) {
            contexts.note(key, seen, after);
        }
    }

    /** A reply after which the client's session knows what it was shown. */
    private record RememberedReply(RecordReply reply, SeenContexts contexts, byte[] key) implements RecordReply {
        @Override
        public void write(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
            Context shown = reply.shown(record, loop.keys().nowMillis());
            int begin = out.buffer().writerIndex();
            reply.write(loop, out, record);
            if (shown != null && out.buffer().getByte(begin) != '-') {
                Context seen = contexts.of(key, 0, key.length);
                contexts.note(key, seen, Shown.join(seen, shown, record));
            }
        }
    }

    private record ChangeThenReply(
            PendingReply pending,
            KeyEdit edit,
            KeyRef key,
            @Nullable SeenContexts contexts,
            @Nullable Context given,
            LastWrite lastWrite,
            long number)
            implements WriteCallback {
        @Override
        public void onHeld(int nodes, int durable, boolean here, boolean more) {
            lastWrite.held(number, nodes, durable, here, more);
        }

        @Override
        public void onWritten(byte @Nullable [] record) {
            remember(contexts, key.bytes(), given, edit.seen());
            pending.make(
                    out -> edit.reply(pending.loop(), out, record),
                    "INDOUBT the write was made, but its reply could not be; the node's log says more");
        }

        @Override
        public void onFailure(Failure failure) {
            Context attempt = failure.kind() == Failure.Kind.INDOUBT ? edit.attempted() : null;
            byte[] bytes = key.bytes();
            remember(contexts, bytes, given, attempt);
            pending.fail(
                    failure,
                    attempt == null ? null : pending.loop().contexts().encode(attempt, bytes, 0, bytes.length));
        }
    }
}
