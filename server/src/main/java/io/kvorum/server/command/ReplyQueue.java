package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The replies of one connection, which leave in the order of their requests, whichever is ready first. Owned by the
 * connection's loop.
 *
 * <pre>
 *   head                              tail
 *   [waiting] → [ready: bytes] → [waiting] → [ready: bytes of many]
 *       │ when it is ready, it and the ready ones behind it move on
 *       ▼
 *   output, which the connection sends
 * </pre>
 *
 * While nothing waits, replies are written straight into the output and nothing is allocated. The first in the queue
 * writes there too; the others hold bytes of their own. Who fills the queue watches {@link #waiting()} and
 * {@link #heldBytes()}; the queue itself has no bound.
 */
public final class ReplyQueue implements Replies, PendingReply.Owner {
    private final ByteBufAllocator allocator;
    private final Listener listener;
    private @Nullable ByteBuf output;
    private @Nullable PendingReply head;
    private @Nullable PendingReply tail;
    private int waiting;
    private long heldBytes;
    private final ReplySizes sizes = new ReplySizes();
    private int nowBegin;
    private @Nullable ByteBuf now;
    private boolean closed;
    private boolean mutes;
    private @Nullable KeyOrder order;

    /** Makes an empty queue. */
    public ReplyQueue(ByteBufAllocator allocator, Listener listener) {
        this.allocator = allocator;
        this.listener = listener;
    }

    /** Told what becomes of replies that came later. */
    public interface Listener {
        /** A reply came and may have moved others on; the output may have grown. */
        void onProgress();

        /** More is held, or less. Returns whether the connection goes on; if not, nothing more need be made for it. */
        default boolean onHeld() {
            return true;
        }
    }

    /** How many replies are waited for. */
    public int waiting() {
        return waiting;
    }

    /** Whether a request of this place must wait for replies that are still to come; see {@link Dispatcher#placeOf}. */
    public boolean mustWait(int place) {
        return waiting > 0 && order().mustWait(place);
    }

    /**
     * How many replies may be waited for if they are not to be more than so many bytes when they all come, going by the
     * size of those that came; at least one.
     */
    public long fittingIn(long bytes) {
        return sizes.fittingIn(bytes);
    }

    /**
     * Bytes that are held for the client: replies that are ready, in the output or behind one that is not, and what the
     * making of others takes.
     */
    public long heldBytes() {
        ByteBuf out = output;
        return heldBytes + (out == null ? 0 : out.readableBytes());
    }

    /** Bytes in the output. */
    public int outputBytes() {
        ByteBuf out = output;
        return out == null ? 0 : out.readableBytes();
    }

    /** Takes the output, to be sent and released by the caller; null if there is none. */
    public @Nullable ByteBuf takeOutput() {
        ByteBuf out = output;
        if (out == null || !out.isReadable()) {
            return null;
        }
        output = null;
        return out;
    }

    /** The connection is gone: bytes are released, and what comes later is dropped. */
    public void close() {
        closed = true;
        ByteBuf out = output;
        if (out != null) {
            out.release();
            output = null;
        }
        for (PendingReply reply = head; reply != null; reply = reply.next) {
            release(reply);
        }
        head = null;
        tail = null;
        waiting = 0;
        heldBytes = 0;
    }

    @Override
    public ByteBuf now() {
        ByteBuf target;
        PendingReply last = tail;
        if (closed) {
            target = Unpooled.buffer();
        } else if (last == null) {
            target = output();
        } else {
            // Ready replies in a row share one place.
            PendingReply place = last.complete ? last : append(PendingReply.ready(last));
            target = held(place);
        }
        now = target;
        nowBegin = target.writerIndex();
        return target;
    }

    @Override
    public void mute(boolean drops) {
        mutes = drops;
    }

    @Override
    public void written() {
        ByteBuf target = now;
        if (target != null && mutes) {
            mutes = false;
            target.writerIndex(nowBegin);
        }
        if (target != null && head != null) {
            heldBytes += target.writerIndex() - nowBegin;
        }
        now = null;
    }

    @Override
    public PendingReply later(CommandLoop loop, int protocol, int place, long requestBytes) {
        PendingReply reply = new PendingReply(this, loop, protocol, place, requestBytes);
        if (!closed) {
            reply.muted = mutes;
            mutes = false;
            order().begin(place);
            append(reply);
            waiting++;
            hold(requestBytes);
        }
        return reply;
    }

    @Override
    public boolean hold(long bytes) {
        if (closed) {
            return false;
        }
        heldBytes += bytes;
        return listener.onHeld();
    }

    @Override
    public boolean isWanted() {
        return !closed;
    }

    @Override
    public boolean refuse(Failure failure) {
        return false;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this very place in the queue
    public ByteBuf bufferOf(PendingReply reply) {
        if (closed) {
            return Unpooled.buffer();
        }
        return reply == head ? output() : held(reply);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this very place in the queue
    public void completed(PendingReply reply, int bytes) {
        if (closed) {
            return;
        }
        waiting--;
        heldBytes -= reply.requestBytes;
        sizes.add(bytes);
        order().end(reply.place);
        if (reply.muted) {
            ByteBuf written = bufferOf(reply);
            written.writerIndex(written.writerIndex() - bytes);
        }
        if (reply == head) {
            moveOn();
        } else if (!reply.muted) {
            heldBytes += bytes;
        }
        listener.onProgress();
    }

    private void moveOn() {
        PendingReply first = head;
        while (first != null && first.complete) {
            ByteBuf held = first.held;
            if (held != null) {
                heldBytes -= held.readableBytes();
                output().writeBytes(held);
                release(first);
            }
            first = first.next;
        }
        head = first;
        if (first == null) {
            tail = null;
        } else if (first.held != null) {
            throw new IllegalStateException("bytes of a reply that is not complete");
        }
    }

    private KeyOrder order() {
        KeyOrder existing = order;
        if (existing == null) {
            existing = new KeyOrder();
            order = existing;
        }
        return existing;
    }

    private PendingReply append(PendingReply reply) {
        PendingReply last = tail;
        if (last == null) {
            head = reply;
        } else {
            last.next = reply;
        }
        tail = reply;
        return reply;
    }

    private ByteBuf output() {
        ByteBuf out = output;
        if (out == null) {
            out = allocator.ioBuffer();
            output = out;
        }
        return out;
    }

    private ByteBuf held(PendingReply place) {
        ByteBuf bytes = place.held;
        if (bytes == null) {
            bytes = allocator.heapBuffer();
            place.held = bytes;
        }
        return bytes;
    }

    private static void release(PendingReply reply) {
        ByteBuf bytes = reply.held;
        if (bytes != null) {
            bytes.release();
            reply.held = null;
        }
    }
}
