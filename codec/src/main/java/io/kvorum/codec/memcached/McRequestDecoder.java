package io.kvorum.codec.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.buffer.ReceiveWindow;
import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;

/**
 * Received bytes to {@link McRequest}s: memcached's text protocol, classic and meta.
 *
 * <pre>
 *   append(bytes);  while (next(request)) { … }  …  retain();      at the end of the batch
 * </pre>
 *
 * <p>Owned by the connection's event loop. Line ends are looked for once; a line whose value is not there yet is read a
 * second time when it is, and no more often. A connection without left-over bytes holds no buffer. A length that a client
 * claims reserves nothing, and a value that is too long is passed over as it comes. Until {@link #setAuthenticated} says
 * otherwise, values and lines are as short as those with a password are.
 */
public final class McRequestDecoder {
    private static final int STRANGER_VALUE_BYTES_MAX = 2048;
    private static final int LINE_END_BYTES = 2;

    /** The name and the time of {@code gat}. */
    private static final int WORDS_BEFORE_KEYS_MAX = 2;

    private static final byte BINARY_MAGIC = (byte) 0x80;
    private static final byte TLS_HANDSHAKE = 0x16;
    private static final byte[] POST = "POST".getBytes(US_ASCII);
    private static final byte[] HOST = "Host:".getBytes(US_ASCII);
    private static final byte[] HTTP = "HTTP/".getBytes(US_ASCII);
    private static final byte[][] MANY_KEYS = {
        "get ".getBytes(US_ASCII), "gets ".getBytes(US_ASCII), "gat ".getBytes(US_ASCII), "gats ".getBytes(US_ASCII)
    };

    private final McLimits limits;
    private final ReceiveWindow window;
    private final McLineParser parser;
    private boolean authenticated;
    private boolean failed;

    /** How many bytes from {@link ReceiveWindow#position} on hold no line end. */
    private int distanceScanned;

    /** The bytes of the request that has begun, once its line is known and its value is not; else 0. */
    private long bytesExpected;

    private int lineBytes;
    private long swallowLeft;

    /** A decoder for one connection; {@code scratch} is shared by all connections of its event loop. */
    public McRequestDecoder(McLimits limits, Scratch scratch) {
        this.limits = limits;
        this.window = new ReceiveWindow(scratch);
        this.parser = new McLineParser(limits);
    }

    /** Whether the client has shown who it is, or need not; it holds from the next request on. */
    public void setAuthenticated(boolean authenticated) {
        this.authenticated = authenticated;
    }

    /** Takes all readable bytes of {@code in}, which stays the caller's to release. After an error they are dropped. */
    public void append(ByteBuf in) {
        if (failed) {
            in.skipBytes(in.readableBytes());
        } else {
            window.append(in);
        }
    }

    /**
     * Fills {@code into} with the next complete request, or says that there is none yet.
     *
     * @throws McProtocolException once; after that there never is another request
     */
    public boolean next(McRequest into) throws McProtocolException {
        into.clear();
        try {
            while (window.remaining() > 0 && !failed) {
                if (swallowLeft > 0) {
                    swallow();
                } else if (!hasLine() || !hasValue(into)) {
                    return false;
                } else if (complete(into)) {
                    return true;
                }
            }
        } catch (McProtocolException e) {
            close();
            into.clear();
            throw e;
        }
        window.releaseIfEmpty();
        return false;
    }

    /** The end of a batch: left-over bytes leave the shared scratch. */
    public void retain() {
        window.retain();
    }

    /** Lets everything go; bytes of an unfinished request are forgotten. */
    public void close() {
        forgetRequest();
        failed = true;
        window.close();
    }

    /** Bytes of memory that this connection holds for itself. */
    public int heldBytes() {
        return window.heldBytes();
    }

    /** Whether more is to come of what has begun, be it only to be passed over. */
    public boolean isWithinRequest() {
        return window.remaining() > 0 || swallowLeft > 0;
    }

    private void swallow() {
        int passed = (int) Math.min(swallowLeft, window.remaining());
        window.advanceTo(window.position() + passed);
        swallowLeft -= passed;
    }

    /** Looks for the line's end; {@link #lineBytes} then counts it in. */
    private boolean hasLine() throws McProtocolException {
        if (lineBytes > 0) {
            return true;
        }
        byte[] array = window.array();
        int start = window.position();
        int end = window.end();
        checkProtocol(array, start, end);
        int at = start + distanceScanned;
        while (at < end && array[at] != '\n') {
            at++;
        }
        int bytes = at - start;
        if (bytes > McLimits.PLAIN_LINE_BYTES_MAX
                && (!authenticated || bytes > limits.lineBytesMax() || !startsWithAny(array, start, MANY_KEYS))) {
            throw new McProtocolException("CLIENT_ERROR line too long");
        }
        if (at == end) {
            distanceScanned = bytes;
            return false;
        }
        lineBytes = bytes + 1;
        return true;
    }

    private static void checkProtocol(byte[] array, int start, int end) throws McProtocolException {
        if (array[start] == BINARY_MAGIC) {
            throw new McProtocolException("CLIENT_ERROR the binary protocol is not spoken here, use the text protocol");
        }
        if (end - start >= 2 && array[start] == TLS_HANDSHAKE && array[start + 1] == 3) {
            throw new McProtocolException("CLIENT_ERROR this port does not speak TLS");
        }
    }

    /** Whether the bytes of the request are here as far as its line tells, which is read once more when they have come. */
    private boolean hasValue(McRequest into) {
        if (bytesExpected > window.remaining()) {
            return false;
        }
        splitAndParse(into);
        int length = parser.valueLength();
        if (length < 0 || parser.swallows() || length > valueBytesMax()) {
            return true;
        }
        bytesExpected = (long) lineBytes + length + LINE_END_BYTES;
        if (bytesExpected > window.remaining()) {
            window.expect(bytesExpected);
            into.clear();
            return false;
        }
        return true;
    }

    private int valueBytesMax() {
        return authenticated ? limits.valueBytesMax() : Math.min(limits.valueBytesMax(), STRANGER_VALUE_BYTES_MAX);
    }

    private boolean complete(McRequest into) throws McProtocolException {
        int start = window.position();
        int afterLine = start + lineBytes;
        int length = parser.valueLength();
        if (into.is(0, POST) || into.is(0, HOST) || isHttp(into)) {
            // A web page can make its reader's browser send requests here, whose body would be run as commands.
            throw new McProtocolException("CLIENT_ERROR this port does not speak HTTP");
        }
        boolean refused = parser.swallows() || length > valueBytesMax();
        if (length >= 0 && refused) {
            if (!parser.swallows()) {
                into.quiet &= !into.verb().isMeta();
                into.refuse(McErrors.TOO_LARGE);
            }
            window.advanceTo(afterLine);
            swallowLeft = (long) length + LINE_END_BYTES;
        } else if (length >= 0) {
            int valueEnd = afterLine + length;
            if (window.array()[valueEnd] == '\r' && window.array()[valueEnd + 1] == '\n') {
                into.value(afterLine, length);
            } else {
                into.quiet &= !into.verb().isMeta();
                into.refuse(McErrors.BAD_CHUNK);
            }
            window.advanceTo(valueEnd + LINE_END_BYTES);
        } else {
            window.advanceTo(afterLine);
        }
        if (into.isBinaryKey() && into.verb() != McVerb.INVALID && into.verb() != McVerb.META_DEBUG) {
            McLineParser.decodeKey(into);
        }
        forgetRequest();
        return true;
    }

    /** As memcached has it: a line of no command whose last word names the version of HTTP. */
    private static boolean isHttp(McRequest request) {
        int last = request.wordCount() - 1;
        return last > 0
                && request.verb() == McVerb.INVALID
                && request.length(last) >= HTTP.length
                && McRequest.isText(request.array(), request.offset(last), HTTP.length, HTTP)
                && McVerb.of(request.array(), request.offset(0), request.length(0)) == McVerb.INVALID;
    }

    private void forgetRequest() {
        distanceScanned = 0;
        bytesExpected = 0;
        lineBytes = 0;
    }

    private void splitAndParse(McRequest into) {
        byte[] array = window.array();
        int start = window.position();
        int end = start + lineBytes - 1;
        if (end > start && array[end - 1] == '\r') {
            end--;
        }
        into.begin(array, start, end - start);
        // Of a line that is full of keys, no more are noted than tell that they are too many: each takes more than its
        // bytes.
        int wordsMax =
                lineBytes > McLimits.PLAIN_LINE_BYTES_MAX ? limits.keysMax() + WORDS_BEFORE_KEYS_MAX + 1 : lineBytes;
        int from = start;
        for (int i = start; i <= end && into.wordCount() < wordsMax; i++) {
            if (i == end || array[i] == ' ') {
                if (i > from) {
                    into.word(from, i - from);
                }
                from = i + 1;
            }
        }
        parser.parse(into);
    }

    private static boolean startsWithAny(byte[] array, int start, byte[][] prefixes) {
        for (byte[] prefix : prefixes) {
            if (McRequest.isText(array, start, prefix.length, prefix)) {
                return true;
            }
        }
        return false;
    }
}
