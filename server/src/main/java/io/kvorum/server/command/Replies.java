package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;

/** Where replies go. Owned by the loop of the requests. */
interface Replies {
    /** The buffer to which the reply of the current request is appended if it is there before its handler returns. */
    ByteBuf now();

    /** Whether the reply of the current request is dropped instead of sent, once it is whole. */
    default void mute(boolean drops) {}

    /** A reply was appended to {@link #now}. */
    void written();

    /** The current request's reply comes later: its place is kept. The request's bytes are held until then. */
    PendingReply later(CommandLoop loop, int protocol, int place, long requestBytes);

    /**
     * The making of a reply takes so many bytes more, or gives them back if negative. Returns whether there is anybody
     * left to read it.
     */
    boolean hold(long bytes);

    /** Takes note that this node did nothing, and why; false if there is nobody else to ask, and a reply is due. */
    boolean refuse(Failure failure);
}
