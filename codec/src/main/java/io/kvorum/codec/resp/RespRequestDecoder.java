package io.kvorum.codec.resp;

import io.kvorum.codec.buffer.ReceiveWindow;
import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Received bytes to {@link RespRequest}s in one pass: multi-bulk and inline requests, as Redis 7 reads them.
 *
 * <pre>
 *   append(bytes);  while (next(request)) { … }  …  retain();      at the end of the batch
 * </pre>
 *
 * <p>Owned by the connection's event loop. A request that arrives in many packets goes on where it stopped; nothing is
 * scanned twice. A connection without left-over bytes holds no buffer. Lengths that a client claims reserve nothing.
 * What Redis tolerates is tolerated: the two bytes after an argument are skipped unseen, {@code *0} and {@code *-1}
 * are nothing. Until {@link #setAuthenticated} says otherwise, requests are limited as Redis limits strangers.
 */
public final class RespRequestDecoder {
    private static final int STRANGER_ARGUMENTS_MAX = 10;
    private static final int STRANGER_BULK_BYTES_MAX = 16384;
    private static final int HEADER_PENDING = -1;
    private static final int INCOMPLETE = -1;

    /** Over every limit, as whatever is no number shall be. */
    private static final long NOT_A_NUMBER = Long.MAX_VALUE;

    private final RespLimits limits;
    private final ReceiveWindow window;
    private boolean authenticated;
    private boolean failed;

    // The request that has begun and is not complete; distances count from its first byte, since bytes may move.
    private int argumentsExpected;
    private int argumentsRead;
    private int bulkLength = HEADER_PENDING;
    private int distanceRead;
    private int distanceScanned;
    private int @Nullable [] ownSlices;

    /** The value of the header line read last. */
    private long headerValue;

    /** A decoder for one connection; {@code scratch} is shared by all connections of its event loop. */
    public RespRequestDecoder(RespLimits limits, Scratch scratch) {
        this.limits = limits;
        this.window = new ReceiveWindow(scratch);
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
     * @throws RespProtocolException once; after that there never is another request
     */
    public boolean next(RespRequest into) throws RespProtocolException {
        into.clear();
        try {
            while (window.remaining() > 0 && !failed) {
                int start = window.position();
                boolean inline = argumentsExpected == 0 && window.array()[start] != '*';
                if (inline ? readInline(into) : readMultibulk(into)) {
                    if (into.argumentCount() > 0) {
                        return true;
                    }
                } else {
                    return false;
                }
            }
        } catch (RespProtocolException e) {
            fail(into);
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
        ownSlices = null;
        failed = true;
        window.close();
    }

    /** Bytes received that belong to no request returned so far. */
    public int leftOverBytes() {
        return window.remaining();
    }

    /** Bytes of memory that this connection holds for itself, the arrays for slices included. */
    public int heldBytes() {
        int[] own = ownSlices;
        return window.heldBytes() + (own == null ? 0 : own.length * Integer.BYTES);
    }

    private boolean readMultibulk(RespRequest into) throws RespProtocolException {
        byte[] array = window.array();
        int start = window.position();
        int end = window.end();
        int at = start + distanceRead;
        if (argumentsExpected == 0) {
            at = readHeader(array, start, start + 1, end, "too big mbulk count string");
            if (at == INCOMPLETE) {
                return false;
            }
            int count = checkedCount(headerValue);
            if (count == 0) {
                consumeTo(at);
                return true;
            }
            argumentsExpected = count;
            distanceRead = at - start;
        }
        int expected = argumentsExpected;
        int read = argumentsRead;
        int length = bulkLength;
        int[] slices = ownSlices == null ? into.slices() : ownSlices;
        while (read < expected) {
            if (length == HEADER_PENDING) {
                if (at >= end) {
                    return pause(into, slices, at - start, read, HEADER_PENDING);
                }
                if (array[at] != '$') {
                    throw new RespProtocolException("expected '$', got '" + printable(array[at]) + "'");
                }
                int next = readHeader(array, start, at + 1, end, "too big bulk count string");
                if (next == INCOMPLETE) {
                    return pause(into, slices, at - start, read, HEADER_PENDING);
                }
                length = checkedLength(headerValue, next - start);
                at = next;
            }
            if (end - at < length + 2) {
                window.expect((long) (at - start) + length + 2);
                return pause(into, slices, at - start, read, length);
            }
            if (2 * read == slices.length) {
                slices = into.grow(slices);
            }
            slices[2 * read] = at - start;
            slices[2 * read + 1] = length;
            read++;
            at += length + 2;
            length = HEADER_PENDING;
        }
        into.fill(array, start, slices, expected);
        consumeTo(at);
        return true;
    }

    /** Remembers how far an incomplete request got; always false. */
    private boolean pause(RespRequest into, int[] slices, int distance, int read, int length) {
        distanceRead = distance;
        argumentsRead = read;
        bulkLength = length;
        ownSlices = into.isKept(slices) ? Arrays.copyOf(slices, Math.max(8, 4 * read)) : slices;
        into.clear();
        return false;
    }

    private void consumeTo(int at) {
        window.advanceTo(at);
        forgetRequest();
        ownSlices = null;
    }

    private void forgetRequest() {
        argumentsExpected = 0;
        argumentsRead = 0;
        bulkLength = HEADER_PENDING;
        distanceRead = 0;
        distanceScanned = 0;
    }

    private void fail(RespRequest into) {
        close();
        into.clear();
    }

    private int checkedCount(long count) throws RespProtocolException {
        if (count > limits.argumentsMax()) {
            throw new RespProtocolException("invalid multibulk length");
        }
        if (count > STRANGER_ARGUMENTS_MAX && !authenticated) {
            throw new RespProtocolException("unauthenticated multibulk length");
        }
        return (int) Math.max(0, count);
    }

    private int checkedLength(long length, int distance) throws RespProtocolException {
        if (length < 0 || length > limits.bulkBytesMax()) {
            throw new RespProtocolException("invalid bulk length");
        }
        if (length > STRANGER_BULK_BYTES_MAX && !authenticated) {
            throw new RespProtocolException("unauthenticated bulk length");
        }
        if (distance + length > limits.requestBytesMax()) {
            throw new RespProtocolException("too big request");
        }
        return (int) length;
    }

    /** Reads the number from {@code at} up to the line's end into {@link #headerValue}; returns where the next begins. */
    private int readHeader(byte[] array, int start, int at, int end, String tooBig) throws RespProtocolException {
        // Nearly all headers are one to nine digits without a leading zero.
        int digitsEnd = Math.min(end - 1, at + 9);
        int value = 0;
        int i = at;
        for (; i < digitsEnd; i++) {
            int digit = array[i] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit;
        }
        if (i < end - 1 && array[i] == '\r' && i > at && (array[at] != '0' || i == at + 1)) {
            headerValue = value;
            distanceScanned = 0;
            return i + 2;
        }
        return readOddHeader(array, start, at, end, tooBig);
    }

    private int readOddHeader(byte[] array, int start, int at, int end, String tooBig) throws RespProtocolException {
        int i = Math.max(at, start + distanceScanned);
        while (i < end && array[i] != '\r') {
            i++;
        }
        if (i - at >= limits.inlineBytesMax()) {
            throw new RespProtocolException(tooBig);
        }
        if (i >= end - 1) {
            distanceScanned = i - start;
            return INCOMPLETE;
        }
        distanceScanned = 0;
        headerValue = RespNumbers.isLong(array, at, i - at) ? RespNumbers.parseLong(array, at, i - at) : NOT_A_NUMBER;
        return i + 2;
    }

    private boolean readInline(RespRequest into) throws RespProtocolException {
        byte[] array = window.array();
        int start = window.position();
        int end = window.end();
        if (isTlsHandshake(array, start, end)) {
            throw new RespProtocolException("this port does not speak TLS");
        }
        int i = start + distanceScanned;
        while (i < end && array[i] != '\n') {
            i++;
        }
        if (i - start > limits.inlineBytesMax()) {
            throw new RespProtocolException("too big inline request");
        }
        if (i == end) {
            distanceScanned = end - start;
            return false;
        }
        int lineEnd = i > start && array[i - 1] == '\r' ? i - 1 : i;
        int count = InlineArguments.split(array, start, lineEnd, into);
        if (count == InlineArguments.UNBALANCED) {
            throw new RespProtocolException("unbalanced quotes in request");
        }
        if (count > limits.argumentsMax()) {
            throw new RespProtocolException("too big inline request");
        }
        into.fill(array, start, into.slices(), count);
        consumeTo(i + 1);
        return true;
    }

    /** A TLS client begins with a record of this kind (RFC 8446 §5.1), and would wait for ours until a line ends by chance. */
    private static boolean isTlsHandshake(byte[] array, int start, int end) {
        return end - start >= 3 && array[start] == 0x16 && array[start + 1] == 3 && (array[start + 2] & 0xff) <= 4;
    }

    /** Error replies are one line of text: Redis turns line ends into blanks, and so do we. */
    private static char printable(byte found) {
        if (found == '\r' || found == '\n') {
            return ' ';
        }
        return found > ' ' && found < 0x7F ? (char) found : '?';
    }
}
