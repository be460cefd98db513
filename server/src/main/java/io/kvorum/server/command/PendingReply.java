package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.RequestOptions;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reply that comes later. Its place among the connection's replies is kept; the connection may be gone when it comes.
 * Owned by the loop of the connection: whoever holds it calls {@link #out} and then {@link #done} there, once, or one of
 * the methods that do both.
 */
public final class PendingReply {
    private static final Logger LOG = LoggerFactory.getLogger(PendingReply.class);
    private final Owner owner;
    private final CommandLoop loop;
    private final int protocol;
    /** See {@link KeyOrder}. */
    final int place;

    /** What is kept of the request until the reply comes, at the most. */
    final long requestBytes;

    private @Nullable TableRow row;
    private @Nullable Session session;
    private byte @Nullable [] key;
    private int argumentCount;
    private @Nullable RequestOptions elsewhere;
    private long startNanos;
    private int begin;
    private @Nullable ByteBuf target;

    // For the queue that the reply waits in.
    @Nullable
    PendingReply next;

    @Nullable
    ByteBuf held;

    boolean complete;

    /** Whether it is dropped once it is whole. */
    boolean muted;

    PendingReply(Owner owner, CommandLoop loop, int protocol, int place, long requestBytes) {
        this.owner = owner;
        this.loop = loop;
        this.protocol = protocol;
        this.place = place;
        this.requestBytes = requestBytes;
    }

    /** A place for replies that are ready already, behind one that is not. */
    static PendingReply ready(PendingReply neighbour) {
        PendingReply place = new PendingReply(neighbour.owner, neighbour.loop, neighbour.protocol, KeyOrder.NOBODY, 0);
        place.complete = true;
        return place;
    }

    /** Notes whose time this reply takes, for the recorder and the slow log; the key if it was copied already. */
    void measure(TableRow command, long since, Session asker, byte @Nullable [] copiedKey, int arguments) {
        row = command;
        startNanos = since;
        session = asker;
        key = copiedKey;
        argumentCount = arguments;
    }

    /** Notes that the reply, unless it is an error, says of a write no more than that its quorum was met. */
    void writesElsewhere(RequestOptions options) {
        elsewhere = options;
    }

    /** The loop that owns it. */
    public CommandLoop loop() {
        return loop;
    }

    /** The RESP version of the client. */
    public int protocol() {
        return protocol;
    }

    /** Whether anybody is left to read the reply: if not, what is not worth doing for itself need not be. */
    public boolean isWanted() {
        return owner.isWanted();
    }

    /**
     * The making of the reply takes so many bytes more on its client's account, or gives them back if negative. Returns
     * whether anybody is left to read it.
     */
    public boolean hold(long bytes) {
        return owner.hold(bytes);
    }

    /** The writer of the reply; valid until {@link #done}, and until another reply of this loop is written. */
    public RespWriter out() {
        if (complete) {
            throw new IllegalStateException("a second reply to one request");
        }
        ByteBuf buffer = owner.bufferOf(this);
        target = buffer;
        begin = buffer.writerIndex();
        return loop.laterWriter().attach(buffer, protocol);
    }

    /** The reply is whole. */
    public void done() {
        ByteBuf buffer = target;
        if (buffer == null || complete) {
            throw new IllegalStateException("done without a reply, or twice");
        }
        complete = true;
        target = null;
        loop.laterWriter().detach();
        if (row != null && session != null) {
            long nanos = loop.clock().nanoTime() - startNanos;
            boolean failed = buffer.writerIndex() > begin && buffer.getByte(begin) == '-';
            loop.recorder().record(row.number(), nanos, failed);
            if (failed) {
                loop.recorder().errorReplied(CommandErrors.firstWord(buffer, begin));
            }
            if (elsewhere != null && !failed) {
                session.lastWrite().madeElsewhere(elsewhere);
            }
            if (loop.slowLog().isSlow(nanos)) {
                loop.slowLog()
                        .add(
                                row.command(),
                                key,
                                argumentCount,
                                session,
                                nanos,
                                loop.clock().wallMillis());
            }
        }
        owner.completed(this, buffer.writerIndex() - begin);
    }

    /** Replies with what {@code making} writes; if that fails, which is a bug, with the error instead: nobody waits for ever. */
    void make(Consumer<RespWriter> making, String errorIfItFails) {
        RespWriter out = out();
        try {
            making.accept(out);
        } catch (RuntimeException bug) {
            LOG.error("a reply could not be made", bug);
            out.buffer().writerIndex(begin);
            out.error(errorIfItFails);
        }
        done();
    }

    boolean isDone() {
        return complete;
    }

    /** Replies with an error: its first word, then the text. */
    public void error(String codeAndText) {
        out().error(codeAndText);
        done();
    }

    /** Replies with bytes that are RESP already. */
    public void raw(byte[] encoded) {
        out().raw(encoded, 0, encoded.length);
        done();
    }

    /**
     * Replies with a failure, or lets another node be asked if this one did nothing.
     *
     * @param context supersedes a write that may have happened; null if nothing does
     */
    public void fail(Failure failure, byte @Nullable [] context) {
        if (failure.kind().leavesItToOthers() && owner.refuse(failure)) {
            complete = true;
            return;
        }
        CommandErrors.write(out(), failure, context);
        done();
    }

    /** Who keeps the reply's place. */
    interface Owner {
        /** Where the reply is to be written now. */
        ByteBuf bufferOf(PendingReply reply);

        /** The reply was written, and is so long. */
        void completed(PendingReply reply, int bytes);

        /** See {@link Replies#refuse}. */
        boolean refuse(Failure failure);

        /** Whether anybody is left to read replies. */
        boolean isWanted();

        /** See {@link Replies#hold}. */
        boolean hold(long bytes);
    }
}
