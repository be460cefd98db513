package io.kvorum.codec.peer;

import io.kvorum.codec.binary.ByteReader;

/**
 * One frame as received: its header, and its payload as a slice of the received bytes.
 *
 * <pre>
 *   u32 length of the rest | u8 version | u8 type | u64 correlation id | u32 time | u64 sender's clock | payload
 * </pre>
 *
 * <p>A flyweight, owned by one event loop and filled again and again by {@link PeerFrameDecoder#next}. It is valid until
 * the next {@code next}, {@code append}, {@code retain} or {@code close} of any decoder on the same scratch.
 */
public final class PeerFrame {
    /** Bytes of the length field, which does not count itself. */
    public static final int LENGTH_BYTES = 4;

    /** Bytes between the length and the payload. */
    public static final int HEADER_BYTES = 1 + 1 + 8 + 4 + 8;

    private final ByteReader header = new ByteReader(new byte[0]);
    private int version;
    private int type;
    private long correlationId;
    private int time;
    private long senderClock;
    private int payloadLength;

    /** An empty frame, to be filled by a decoder. */
    public PeerFrame() {}

    /** Version of the protocol, 0 to 255. */
    public int version() {
        return version;
    }

    /** Code of the message, 0 to 255. */
    public int type() {
        return type;
    }

    /** What ties an answer to its request: all 64 bits, chosen by who asks. */
    public long correlationId() {
        return correlationId;
    }

    /**
     * Of a request: until when it may be run, by the receiver's monotonic clock. Of an answer: the sender's. In milliseconds
     * modulo 2³².
     */
    public int time() {
        return time;
    }

    /** The sender's hybrid clock when the frame was written. */
    public long senderClock() {
        return senderClock;
    }

    /** The array that holds the payload. */
    public byte[] array() {
        return header.array();
    }

    /** Index in {@link #array()} of the payload's first byte. */
    public int payloadOffset() {
        return header.position();
    }

    /** How many bytes the payload has. */
    public int payloadLength() {
        return payloadLength;
    }

    /** Turns the reader to the payload and returns it. */
    public ByteReader payload(ByteReader reader) {
        return reader.wrap(array(), payloadOffset(), payloadLength);
    }

    /** Reads {@code length} bytes from {@code offset}: a frame without its length field, of {@link #HEADER_BYTES} at least. */
    void fill(byte[] array, int offset, int length) {
        header.wrap(array, offset, length);
        version = header.u8();
        type = header.u8();
        correlationId = header.u64();
        time = (int) header.u32();
        senderClock = header.u64();
        payloadLength = header.remaining();
    }

    @Override
    public String toString() {
        return "PeerFrame[version " + version + ", type " + type + ", correlation " + correlationId + ", time "
                + Integer.toUnsignedString(time) + ", " + payloadLength + " bytes]";
    }
}
