package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** The replies of RESP2 and RESP3. Owned by the loop of its connection. */
final class RespReplyScanner implements ReplyScanner {
    private static final int LINE_BYTES_MAX = 64 * 1024;
    private static final int ERROR_BYTES_KEPT = 64;
    private static final long BULK_BYTES_MAX = 1L << 30;
    private static final long ELEMENTS_MAX = 1L << 24;

    private final byte[] error = new byte[ERROR_BYTES_KEPT];
    private int errorLength;
    private byte topType;
    private boolean topAbsent;

    /** Elements still to come before the reply is complete; 0 between replies. */
    private long pending;

    /** The element being read is the reply itself, not a part of it. */
    private boolean atTop;

    private boolean inLine;
    private byte type;
    private int lineLength;
    private long number;
    private boolean negative;

    /** Bytes of a bulk and of the line end after it that are still to come. */
    private long toSkip;

    @Override
    public void scan(ByteBuf in, Sink sink) {
        while (in.isReadable()) {
            if (toSkip > 0) {
                int skipped = (int) Math.min(toSkip, in.readableBytes());
                in.skipBytes(skipped);
                toSkip -= skipped;
                if (toSkip == 0) {
                    elementDone(sink);
                }
            } else if (!inLine) {
                beginElement(in.readByte());
            } else {
                lineByte(in.readByte(), sink);
            }
        }
    }

    private void beginElement(byte marker) {
        type = marker;
        inLine = true;
        lineLength = 0;
        number = 0;
        negative = false;
        atTop = pending == 0;
        if (atTop) {
            pending = 1;
            topType = marker;
            topAbsent = false;
            errorLength = 0;
        }
    }

    private void lineByte(byte value, Sink sink) {
        if (value == '\n') {
            inLine = false;
            lineDone(sink);
            return;
        }
        if (++lineLength > LINE_BYTES_MAX) {
            throw new NotUnderstoodException("a line of more than " + LINE_BYTES_MAX + " bytes");
        }
        if (type == '-' && errorLength < ERROR_BYTES_KEPT) {
            error[errorLength++] = value;
        } else if (value == '-') {
            negative = true;
        } else if (value >= '0' && value <= '9' && number <= BULK_BYTES_MAX) {
            number = number * 10 + (value - '0');
        }
    }

    private void lineDone(Sink sink) {
        switch (type) {
            case '+', '-', ':', ',', '#', '(' -> elementDone(sink);
            case '_' -> {
                topAbsent |= atTop;
                elementDone(sink);
            }
            case '$', '=', '!' -> bulk(sink);
            case '*', '~', '>' -> elements(1, 0, sink);
            case '%' -> elements(2, 0, sink);
            case '|' -> elements(2, 1, sink); // attributes stand before the reply they belong to
            default -> throw new NotUnderstoodException("a reply that begins with byte " + (type & 0xff));
        }
    }

    private void bulk(Sink sink) {
        if (negative) {
            topAbsent |= atTop;
            elementDone(sink);
        } else if (number > BULK_BYTES_MAX) {
            throw new NotUnderstoodException("a bulk of more than " + BULK_BYTES_MAX + " bytes");
        } else {
            toSkip = number + 2;
        }
    }

    private void elements(int each, int more, Sink sink) {
        if (negative) {
            topAbsent |= atTop;
        } else {
            pending += number * each + more;
        }
        if (pending > ELEMENTS_MAX) {
            throw new NotUnderstoodException("a reply of more than " + ELEMENTS_MAX + " elements");
        }
        elementDone(sink);
    }

    private void elementDone(Sink sink) {
        pending--;
        if (pending > 0) {
            return;
        }
        if (topType == '-' || topType == '!') {
            sink.onError(code());
        } else if (topType == '>') {
            return; // a push is no reply
        } else if (topAbsent) {
            sink.onAbsent();
        } else {
            sink.onValue();
        }
    }

    private String code() {
        int length = 0;
        while (length < errorLength && error[length] > ' ') {
            length++;
        }
        return length == 0 ? "ERR" : new String(error, 0, length, StandardCharsets.ISO_8859_1);
    }
}
