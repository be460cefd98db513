package io.kvorum.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * The reply of a part of a command, read from its beginning on where it lies: RESP2, as this node or another of the cluster
 * wrote it. What is asked for must be what is there. Owned by one thread.
 */
public final class PartReply {
    private static final int LINE_END = 2;

    private final byte[] encoded;
    private int at;
    private int offset;
    private int length;

    /** The reply that these bytes are, whole. */
    public PartReply(byte[] encoded) {
        this.encoded = encoded;
    }

    /** Whether it is an error. */
    boolean isError() {
        return encoded[0] == '-';
    }

    /** The error: its first word, then the text. */
    String error() {
        return new String(encoded, 1, encoded.length - 1 - LINE_END, UTF_8);
    }

    /** Passes over an integer. */
    public long integer() {
        return number(':');
    }

    /** Enters an array: how many elements follow. */
    public int elements() {
        return (int) number('*');
    }

    /** Passes over a bulk string, which is then at {@link #offset}; false if it is nil. */
    public boolean bulk() {
        int bytes = (int) number('$');
        if (bytes < 0) {
            offset = at;
            length = 0;
            return false;
        }
        offset = at;
        length = bytes;
        at += bytes + LINE_END;
        return true;
    }

    /** Whether nil comes next. */
    public boolean isNil() {
        return (encoded[at] == '$' || encoded[at] == '*') && encoded[at + 1] == '-';
    }

    /** What the bulk string lies in. Not to be changed. */
    public byte[] array() {
        return encoded;
    }

    /** Where the last bulk string begins. */
    public int offset() {
        return offset;
    }

    /** How many bytes the last bulk string has; 0 if it was nil. */
    public int length() {
        return length;
    }

    /** A copy of the last bulk string. */
    public byte[] bytes() {
        return Arrays.copyOfRange(encoded, offset, offset + length);
    }

    private long number(char kind) {
        if (encoded[at] != kind) {
            throw new IllegalStateException(
                    "a part's reply has '" + (char) encoded[at] + "' instead of '" + kind + "'");
        }
        boolean negative = encoded[++at] == '-';
        at += negative ? 1 : 0;
        long value = 0;
        for (; encoded[at] != '\r'; at++) {
            // Counted downwards, since the smallest number has no positive twin.
            value = value * 10 - (encoded[at] - '0');
        }
        at += LINE_END;
        return negative ? value : -value;
    }
}
