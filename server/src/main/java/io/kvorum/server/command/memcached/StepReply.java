package io.kvorum.server.command.memcached;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Reads the reply of a step, which is RESP2 of our own making, from front to back. A flyweight of one loop: valid as long as
 * the bytes are.
 */
final class StepReply {
    private static final int LINE_END_BYTES = 2;

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private int at;
    private int bulkAt;

    StepReply of(ByteBuf reply) {
        bytes = reply;
        at = reply.readerIndex();
        return this;
    }

    boolean isError() {
        return bytes.getByte(at) == '-';
    }

    /** The text of an error. */
    String error() {
        return bytes.toString(
                bytes.readerIndex() + 1, bytes.readableBytes() - 1 - LINE_END_BYTES, StandardCharsets.UTF_8);
    }

    /** An integer, or the length of an array. */
    long number() {
        long value = 0;
        boolean negative = bytes.getByte(++at) == '-';
        if (negative) {
            at++;
        }
        for (byte digit = bytes.getByte(at); digit != '\r'; digit = bytes.getByte(at)) {
            value = value * 10 - (digit - '0');
            at++;
        }
        at += LINE_END_BYTES;
        return negative ? value : -value;
    }

    /** The length of a bulk, which begins at {@link #bulkAt}; -1 for nil. */
    int bulk() {
        int length = (int) number();
        bulkAt = at;
        at += length < 0 ? 0 : length + LINE_END_BYTES;
        return length;
    }

    /** Where the bulk read last begins in {@link #bytes}. */
    int bulkAt() {
        return bulkAt;
    }

    ByteBuf bytes() {
        return bytes;
    }

    /** Whether nil comes next. */
    boolean isNil() {
        return bytes.getByte(at) == '$' && bytes.getByte(at + 1) == '-';
    }
}
