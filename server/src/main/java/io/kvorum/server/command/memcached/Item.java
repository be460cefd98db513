package io.kvorum.server.command.memcached;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** An item as a step shows it ({@link ItemReply}). A flyweight over the step's reply, until it is kept. */
final class Item {
    /** When it was written, where the step was not asked, or a node did not know the question. */
    private static final long NOT_TOLD = Long.MAX_VALUE;

    private static final long MILLIS_PER_SECOND = 1_000;

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private int valueAt;
    int length;
    long flags;
    long token;
    long expireAtMillis;
    long liveSiblings;
    private long writtenMillis = NOT_TOLD;

    /** Whether this node remembers that it was read before. */
    boolean fetched;

    /** Since when nobody has read it, as far as this node remembers; else since it was written. */
    long idleSeconds;

    /** Reads the next item; false if there is none. */
    boolean read(StepReply reply) {
        if (reply.isNil()) {
            reply.bulk();
            return false;
        }
        long fields = reply.number();
        int inReply = reply.bulk();
        bytes = reply.bytes();
        valueAt = inReply < 0 ? -1 : reply.bulkAt();
        length = (int) reply.number();
        flags = reply.number();
        token = reply.number();
        expireAtMillis = reply.number();
        liveSiblings = reply.number();
        writtenMillis = fields > ItemReply.FIELDS ? reply.number() : NOT_TOLD;
        return true;
    }

    /** An item that was just made: empty. */
    static Item empty(long token, long expireAtMillis) {
        Item item = new Item();
        item.token = token;
        item.expireAtMillis = expireAtMillis;
        item.liveSiblings = 1;
        return item;
    }

    /** This item on bytes of its own. */
    Item toKeep() {
        Item kept = new Item();
        kept.bytes = valueAt < 0
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes, valueAt, length));
        kept.length = length;
        kept.flags = flags;
        kept.token = token;
        kept.expireAtMillis = expireAtMillis;
        kept.liveSiblings = liveSiblings;
        kept.fetched = fetched;
        kept.idleSeconds = idleSeconds;
        return kept;
    }

    /**
     * Completes what a step cannot know.
     *
     * @param sinceRead seconds, or {@link ReadMemory#UNREAD}
     * @param nowMillis by the clock of the stamps
     */
    void recall(long sinceRead, long nowMillis) {
        fetched = sinceRead != ReadMemory.UNREAD;
        idleSeconds = fetched ? sinceRead : Math.max(0, nowMillis - writtenMillis) / MILLIS_PER_SECOND;
    }

    /** The bytes that hold the value, at {@link #valueAt}. */
    ByteBuf bytes() {
        return bytes;
    }

    int valueAt() {
        return Math.max(0, valueAt);
    }
}
