package io.kvorum.server.client;

import io.kvorum.server.command.ReplyQueue;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A client that has ended its side as soon as it has asked all it wants, as {@code printf … | nc -N} does, and reads on: it is
 * answered before the connection closes. From here one that is gone looks the same, so that it is looked at now and then
 * whether replies still come. Owned by the loop of the connection.
 */
final class EndedInput {
    /** So long it is owed replies of which none comes. */
    static final long SILENT_MILLIS_MAX = 2_000;

    private final ChannelHandlerContext context;
    private final ReplyQueue replies;
    private Future<?> look;

    /** Whether a reply that was waited for has come since the last look. */
    private boolean progressed;

    /** It has just ended its side. */
    EndedInput(ChannelHandlerContext context, ReplyQueue replies) {
        this.context = context;
        this.replies = replies;
        this.look = lookLater();
    }

    /** A reply that was waited for has come. */
    void progressed() {
        progressed = true;
    }

    /** The connection is gone. */
    void end() {
        look.cancel(false);
    }

    private Future<?> lookLater() {
        return context.executor().schedule(this::look, SILENT_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (replies.waiting() > 0 && !progressed) {
            context.close();
        } else {
            progressed = false;
            look = lookLater();
        }
    }
}
