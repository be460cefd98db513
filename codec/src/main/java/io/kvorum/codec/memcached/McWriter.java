package io.kvorum.codec.memcached;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes memcached's replies straight into a buffer, word by word. Owned by one event loop and attached to one
 * connection's buffer after the other. Nothing but base64 allocates.
 */
public final class McWriter {
    private static final int CRLF = '\r' << 8 | '\n';

    private final byte[] digits = new byte[McNumbers.UNSIGNED_BYTES_MAX];
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    /** A writer that is attached to nothing yet. */
    public McWriter() {}

    /** Turns to this buffer, which stays the caller's. */
    public McWriter attach(ByteBuf buffer) {
        out = buffer;
        return this;
    }

    /** Forgets the buffer. */
    public void detach() {
        out = Unpooled.EMPTY_BUFFER;
    }

    /** A whole line; what would end it early becomes blanks. */
    public McWriter line(String text) {
        int begin = out.writerIndex();
        ByteBufUtil.writeUtf8(out, text);
        for (int i = begin; i < out.writerIndex(); i++) {
            byte found = out.getByte(i);
            if (found == '\r' || found == '\n') {
                out.setByte(i, ' ');
            }
        }
        return end();
    }

    /** Characters of ASCII. */
    public McWriter text(String ascii) {
        out.writeCharSequence(ascii, StandardCharsets.US_ASCII);
        return this;
    }

    /** One character of ASCII. */
    public McWriter letter(char ascii) {
        out.writeByte(ascii);
        return this;
    }

    /** A blank and the letter of a flag. */
    public McWriter flag(char letter) {
        out.writeShort(' ' << 8 | letter);
        return this;
    }

    /** An unsigned 64-bit number. */
    public McWriter unsigned(long value) {
        int at = McNumbers.writeUnsigned(value, digits, digits.length);
        out.writeBytes(digits, at, digits.length - at);
        return this;
    }

    /** A signed number. */
    public McWriter signed(long value) {
        if (value < 0) {
            out.writeByte('-');
        }
        return unsigned(Math.abs(value));
    }

    /** Bytes as they are. */
    public McWriter bytes(byte[] source, int offset, int length) {
        out.writeBytes(source, offset, length);
        return this;
    }

    /** Bytes as they are, which stay readable. */
    public McWriter bytes(ByteBuf source, int index, int length) {
        out.writeBytes(source, index, length);
        return this;
    }

    /** Bytes in base64. */
    public McWriter base64(byte[] source, int offset, int length) {
        out.writeBytes(Base64.getEncoder().encode(Arrays.copyOfRange(source, offset, offset + length)));
        return this;
    }

    /** The end of a line, or of a value. */
    public McWriter end() {
        out.writeShort(CRLF);
        return this;
    }
}
