package io.kvorum.codec.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;

/**
 * Writes replies in RESP2 or RESP3 straight into a buffer; types that RESP2 lacks become what Redis makes of them.
 *
 * <p>Owned by one event loop and attached to one connection's buffer after the other. Replies of the hot path (bulks,
 * integers, nil, OK, headers) allocate nothing: a short header is one {@code long}. Every method appends a whole reply or
 * the header of an aggregate, whose elements the caller writes next; the aggregate's length counts them (of a map: the
 * pairs).
 */
public final class RespWriter {
    /** The protocol a connection speaks until it says HELLO 3. */
    public static final int RESP2 = 2;

    /** The protocol with types. */
    public static final int RESP3 = 3;

    private static final int CRLF = '\r' << 8 | '\n';

    /** Below this a header is looked up: one byte of room for the type, the digits, the line's end. */
    private static final int SHORT_HEADERS = 1024;

    private static final long[] HEADERS = shortHeaders();
    private static final long OK = packed("+OK\r\n");
    private static final long NIL2 = packed("$-1\r\n");
    private static final long NIL_ARRAY2 = packed("*-1\r\n");
    private static final long NIL3 = packed("_\r\n");
    private static final long TRUE3 = packed("#t\r\n");
    private static final long FALSE3 = packed("#f\r\n");

    private final byte[] digits = new byte[RespNumbers.LONG_BYTES_MAX];
    private ByteBuf out = Unpooled.EMPTY_BUFFER;
    private boolean resp3;

    /** A writer that is attached to nothing yet. */
    public RespWriter() {}

    /** Turns to this buffer and protocol, {@link #RESP2} or {@link #RESP3}; the buffer stays the caller's. */
    public RespWriter attach(ByteBuf buffer, int protocol) {
        if (protocol != RESP2 && protocol != RESP3) {
            throw new IllegalArgumentException("RESP" + protocol);
        }
        out = buffer;
        resp3 = protocol == RESP3;
        return this;
    }

    /** Forgets the buffer. */
    public void detach() {
        out = Unpooled.EMPTY_BUFFER;
    }

    /** The buffer written to. */
    public ByteBuf buffer() {
        return out;
    }

    /** Whether replies are RESP3. */
    public boolean isResp3() {
        return resp3;
    }

    /** A status line; line ends in the text become blanks. */
    public RespWriter simple(String text) {
        return line('+', text);
    }

    /** {@code +OK}. */
    public RespWriter ok() {
        return word(OK, 5);
    }

    /** An error line: code, blank, text. Line ends in the text become blanks. */
    public RespWriter error(String codeAndText) {
        return line('-', codeAndText);
    }

    /** A signed 64-bit integer. */
    public RespWriter integer(long value) {
        return header(':', value);
    }

    /** A bulk string: the slice. */
    public RespWriter bulk(byte[] source, int offset, int length) {
        header('$', length);
        out.ensureWritable(length + 2);
        int at = out.writerIndex();
        out.setBytes(at, source, offset, length);
        out.setShort(at + length, CRLF);
        out.writerIndex(at + length + 2);
        return this;
    }

    /** A bulk string: the whole array. */
    public RespWriter bulk(byte[] source) {
        return bulk(source, 0, source.length);
    }

    /** A bulk string: the text as UTF-8. */
    public RespWriter bulk(String text) {
        int length = ByteBufUtil.utf8Bytes(text);
        header('$', length);
        out.ensureWritable(length + 2);
        ByteBufUtil.reserveAndWriteUtf8(out, text, length);
        out.writeShort(CRLF);
        return this;
    }

    /** A bulk string: the decimal text of the number, as GET shows a counter. */
    public RespWriter bulkInteger(long value) {
        header('$', RespNumbers.lengthOf(value));
        int at = RespNumbers.writeLong(value, digits, digits.length);
        out.writeBytes(digits, at, digits.length - at);
        out.writeShort(CRLF);
        return this;
    }

    /** No value: a null bulk string in RESP2. */
    public RespWriter nil() {
        return resp3 ? word(NIL3, 3) : word(NIL2, 5);
    }

    /** No array: a null array in RESP2. */
    public RespWriter nilArray() {
        return resp3 ? word(NIL3, 3) : word(NIL_ARRAY2, 5);
    }

    /** Header of an array of so many elements. */
    public RespWriter array(int elements) {
        return header('*', elements);
    }

    /** Header of a map of so many pairs; in RESP2 an array of keys and values in turn. */
    public RespWriter map(int pairs) {
        return resp3 ? header('%', pairs) : header('*', 2L * pairs);
    }

    /** Header of a set; in RESP2 an array. */
    public RespWriter set(int elements) {
        return header(resp3 ? '~' : '*', elements);
    }

    /** Header of a message that answers no request; in RESP2 an array. */
    public RespWriter push(int elements) {
        return header(resp3 ? '>' : '*', elements);
    }

    /** A double; in RESP2 its text as a bulk string. */
    public RespWriter doubleValue(double value) {
        String text = RespNumbers.formatDouble(value);
        return resp3 ? line(',', text) : bulk(text);
    }

    /** A boolean; in RESP2 the integer 1 or 0. */
    public RespWriter bool(boolean value) {
        if (resp3) {
            return word(value ? TRUE3 : FALSE3, 4);
        }
        return integer(value ? 1 : 0);
    }

    /** An integer of any size in decimal; in RESP2 a bulk string. */
    public RespWriter bigNumber(String decimal) {
        return resp3 ? line('(', decimal) : bulk(decimal);
    }

    /** Text of a format of three characters, {@code txt} or {@code mkd}; in RESP2 a bulk string without the format. */
    public RespWriter verbatim(String format, String text) {
        if (!resp3) {
            return bulk(text);
        }
        if (format.length() != 3) {
            throw new IllegalArgumentException("verbatim format " + format);
        }
        int length = ByteBufUtil.utf8Bytes(text);
        header('=', length + 4L);
        out.writeCharSequence(format, StandardCharsets.US_ASCII);
        out.writeByte(':');
        ByteBufUtil.reserveAndWriteUtf8(out, text, length);
        out.writeShort(CRLF);
        return this;
    }

    /** An error of any bytes; in RESP2 an error line. */
    public RespWriter blobError(String codeAndText) {
        if (!resp3) {
            return error(codeAndText);
        }
        int length = ByteBufUtil.utf8Bytes(codeAndText);
        header('!', length);
        ByteBufUtil.reserveAndWriteUtf8(out, codeAndText, length);
        out.writeShort(CRLF);
        return this;
    }

    /** A reply that is encoded already: the readable bytes, which stay there and stay the caller's. */
    public RespWriter raw(ByteBuf encoded) {
        out.writeBytes(encoded, encoded.readerIndex(), encoded.readableBytes());
        return this;
    }

    /** A reply that is encoded already. */
    public RespWriter raw(byte[] encoded, int offset, int length) {
        out.writeBytes(encoded, offset, length);
        return this;
    }

    /**
     * A reply that was built as a tree of messages, codec-redis's or those of {@link Resp3Messages}. For replies that are
     * not on the hot path. The message stays the caller's to release.
     */
    public RespWriter message(RedisMessage message) {
        MessageWriter.write(message, this);
        return this;
    }

    /** Header line of type and number. */
    RespWriter header(int type, long value) {
        if (value >= 0 && value < SHORT_HEADERS) {
            int length = value < 10 ? 4 : value < 100 ? 5 : value < 1000 ? 6 : 7;
            return word(HEADERS[(int) value] | (long) type << 56, length);
        }
        int at = RespNumbers.writeLong(value, digits, digits.length);
        out.ensureWritable(digits.length + 3);
        out.writeByte(type).writeBytes(digits, at, digits.length - at).writeShort(CRLF);
        return this;
    }

    private RespWriter word(long bytes, int length) {
        out.ensureWritable(8);
        int at = out.writerIndex();
        out.setLong(at, bytes);
        out.writerIndex(at + length);
        return this;
    }

    private RespWriter line(int type, String text) {
        out.writeByte(type);
        ByteBufUtil.writeUtf8(out, oneLine(text));
        out.writeShort(CRLF);
        return this;
    }

    /** A line end inside a line would be the start of a reply that nobody asked for. */
    private static String oneLine(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0
                ? text
                : text.replace('\r', ' ').replace('\n', ' ');
    }

    private static long[] shortHeaders() {
        long[] headers = new long[SHORT_HEADERS];
        for (int value = 0; value < SHORT_HEADERS; value++) {
            headers[value] = packed("\0" + value + "\r\n");
        }
        return headers;
    }

    private static long packed(String text) {
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word = word << 8 | (i < text.length() ? text.charAt(i) : 0);
        }
        return word;
    }
}
