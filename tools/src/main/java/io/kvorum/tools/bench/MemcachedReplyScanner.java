package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The replies of memcached's text protocol (its doc/protocol.txt) to {@code get} with one key, {@code set} and
 * {@code version}. A get is answered by a {@code VALUE} line and its bytes if there is a value, and by {@code END} in
 * any case. Owned by the loop of its connection.
 */
final class MemcachedReplyScanner implements ReplyScanner {
    /** A key has at most 250 bytes; what is longer is no line that we asked for. */
    private static final int LINE_BYTES_MAX = 2_048;

    private static final int VALUE_DIGITS_MAX = 10;
    private static final byte[] VALUE = "VALUE ".getBytes(StandardCharsets.US_ASCII);

    private final byte[] line = new byte[LINE_BYTES_MAX];
    private int lineLength;

    /** Bytes of a value and of the line end after it that are still to come. */
    private long toSkip;

    private boolean valueSeen;

    @Override
    public void scan(ByteBuf in, Sink sink) {
        while (in.isReadable()) {
            if (toSkip > 0) {
                int skipped = (int) Math.min(toSkip, in.readableBytes());
                in.skipBytes(skipped);
                toSkip -= skipped;
                continue;
            }
            int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
            append(in, end < 0 ? in.readableBytes() : end - in.readerIndex());
            if (end >= 0) {
                in.skipBytes(1);
                lineDone(sink);
                lineLength = 0;
            }
        }
    }

    private void append(ByteBuf in, int count) {
        if (count > LINE_BYTES_MAX - lineLength) {
            throw new NotUnderstoodException("a line of more than " + LINE_BYTES_MAX + " bytes");
        }
        in.readBytes(line, lineLength, count);
        lineLength += count;
    }

    private void lineDone(Sink sink) {
        if (lineLength == 0 || line[lineLength - 1] != '\r') {
            throw new NotUnderstoodException("a line that does not end with CR LF");
        }
        if (startsWithValue()) {
            valueSeen = true;
            toSkip = valueBytes() + 2;
            return;
        }
        String word = firstWord();
        switch (word) {
            case "END" -> {
                boolean seen = valueSeen;
                valueSeen = false;
                if (seen) {
                    sink.onValue();
                } else {
                    sink.onAbsent();
                }
            }
            case "STORED", "VERSION" -> sink.onValue();
            case "NOT_STORED", "ERROR", "CLIENT_ERROR", "SERVER_ERROR" -> {
                valueSeen = false;
                sink.onError(word);
            }
            default -> throw new NotUnderstoodException("a reply that begins with '" + word + "'");
        }
    }

    private boolean startsWithValue() {
        if (lineLength < VALUE.length) {
            return false;
        }
        for (int i = 0; i < VALUE.length; i++) {
            if (line[i] != VALUE[i]) {
                return false;
            }
        }
        return true;
    }

    /** The third of {@code VALUE key flags bytes [cas]}'s arguments. */
    private long valueBytes() {
        int at = VALUE.length;
        for (int blanks = 0; blanks < 2 && at < lineLength; at++) {
            blanks += line[at] == ' ' ? 1 : 0;
        }
        long bytes = 0;
        int from = at;
        while (at < lineLength && line[at] >= '0' && line[at] <= '9' && at - from < VALUE_DIGITS_MAX) {
            bytes = bytes * 10 + (line[at++] - '0');
        }
        if (at == from || (line[at] != ' ' && line[at] != '\r')) {
            throw new NotUnderstoodException("a VALUE line without a length");
        }
        return bytes;
    }

    private String firstWord() {
        int length = 0;
        while (length < lineLength && line[length] > ' ') {
            length++;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }
}
