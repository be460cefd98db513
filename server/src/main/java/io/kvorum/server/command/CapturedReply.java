package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The reply of one request that no connection of Redis's protocol asked for: a part of another, a step of what another
 * protocol asks for, or one that a peer passed on. Owned by its loop.
 */
public final class CapturedReply implements Replies, PendingReply.Owner {
    private final CommandLoop loop;
    private final Receiver receiver;
    private final @Nullable Replies account;
    private @Nullable ByteBuf buffer;

    CapturedReply(CommandLoop loop, Receiver receiver) {
        this(loop, receiver, null);
    }

    /** A reply whose making is on a client's account; without one, whoever captures it knows what it holds. */
    private CapturedReply(CommandLoop loop, Receiver receiver, @Nullable Replies account) {
        this.loop = loop;
        this.receiver = receiver;
        this.account = account;
    }

    /** A reply that is made on the account of a client, who gets something made of it. */
    public static CapturedReply onAccountOf(ReplyQueue client, CommandLoop loop, Receiver receiver) {
        return new CapturedReply(loop, receiver, client);
    }

    /** A reply that is nobody's: whoever asked knows what it holds. */
    public static CapturedReply forItself(CommandLoop loop, Receiver receiver) {
        return new CapturedReply(loop, receiver);
    }

    /** Who gets the reply. Exactly one method is called, once; maybe before the request's handler has returned. */
    public interface Receiver {
        /** The reply, in RESP; valid until this returns. */
        void onReply(ByteBuf encoded);

        /** Nothing was done, and another node may be able to. */
        void onRefused(Failure failure);
    }

    @Override
    public ByteBuf now() {
        ByteBuf bytes = buffer;
        if (bytes == null) {
            bytes = loop.allocator().heapBuffer();
            buffer = bytes;
        }
        return bytes;
    }

    @Override
    public void written() {
        ByteBuf bytes = now();
        buffer = null;
        try {
            receiver.onReply(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public PendingReply later(CommandLoop onLoop, int protocol, int place, long requestBytes) {
        return new PendingReply(this, onLoop, protocol, place, requestBytes);
    }

    @Override
    public boolean hold(long bytes) {
        return account == null || account.hold(bytes);
    }

    @Override
    public boolean refuse(Failure failure) {
        receiver.onRefused(failure);
        return true;
    }

    @Override
    public ByteBuf bufferOf(PendingReply reply) {
        return now();
    }

    @Override
    public boolean isWanted() {
        return hold(0);
    }

    @Override
    public void completed(PendingReply reply, int bytes) {
        written();
    }
}
