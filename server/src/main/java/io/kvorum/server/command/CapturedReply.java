package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The reply of one request that no connection asked for: a part of another, or one that a peer passed on. */
final class CapturedReply implements Replies, PendingReply.Owner {
    private final CommandLoop loop;
    private final Receiver receiver;
    private @Nullable ByteBuf buffer;

    CapturedReply(CommandLoop loop, Receiver receiver) {
        this.loop = loop;
        this.receiver = receiver;
    }

    /** Who gets the reply. Exactly one method is called, once; maybe before the request's handler has returned. */
    interface Receiver {
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

    /** Whoever captures the reply knows what it holds. */
    @Override
    public boolean hold(long bytes) {
        return true;
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
    public void completed(PendingReply reply, int bytes) {
        written();
    }
}
