package io.kvorum.codec.peer;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.buffer.ReceiveWindow;
import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;

/**
 * Received bytes to {@link PeerFrame}s.
 *
 * <pre>
 *   append(bytes);  while (next(frame)) { … }  …  retain();      at the end of the batch
 * </pre>
 *
 * <p>Owned by the connection's event loop. A connection without left-over bytes holds no buffer, and a length that a peer
 * claims reserves nothing.
 */
public final class PeerFrameDecoder {
    private int frameBytesMax;
    private final ReceiveWindow window;
    private final ByteReader lengthReader = new ByteReader(new byte[0]);
    private boolean failed;

    /**
     * A decoder for one connection; {@code scratch} is shared by all connections of its event loop.
     *
     * @param frameBytesMax the longest frame, header included, length field not
     */
    public PeerFrameDecoder(int frameBytesMax, Scratch scratch) {
        this.frameBytesMax = checked(frameBytesMax);
        this.window = new ReceiveWindow(scratch);
    }

    /** Sets the longest frame, header included, from the next one on: more for a peer that has shown who it is. */
    public void setFrameBytesMax(int bytes) {
        frameBytesMax = checked(bytes);
    }

    private static int checked(int frameBytesMax) {
        if (frameBytesMax < PeerFrame.HEADER_BYTES) {
            throw new IllegalArgumentException(frameBytesMax + " bytes do not hold a frame's header");
        }
        return frameBytesMax;
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
     * Fills {@code into} with the next complete frame, or says that there is none yet.
     *
     * @throws PeerProtocolException once, for a length that no frame has; after that there never is another frame
     */
    public boolean next(PeerFrame into) throws PeerProtocolException {
        int remaining = window.remaining();
        if (remaining < PeerFrame.LENGTH_BYTES) {
            window.releaseIfEmpty();
            return false;
        }
        byte[] array = window.array();
        int start = window.position();
        long length = lengthReader.wrap(array, start, PeerFrame.LENGTH_BYTES).u32();
        if (length < PeerFrame.HEADER_BYTES || length > frameBytesMax) {
            close();
            throw new PeerProtocolException("frame of " + length + " bytes, allowed " + PeerFrame.HEADER_BYTES + " to "
                    + frameBytesMax + "; is the other side a Kvorum node?");
        }
        int whole = PeerFrame.LENGTH_BYTES + (int) length;
        if (remaining < whole) {
            window.expect(whole);
            return false;
        }
        into.fill(array, start + PeerFrame.LENGTH_BYTES, (int) length);
        window.advanceTo(start + whole);
        return true;
    }

    /** The end of a batch: left-over bytes leave the shared scratch. */
    public void retain() {
        window.retain();
    }

    /** Lets everything go; bytes of an unfinished frame are forgotten. */
    public void close() {
        failed = true;
        window.close();
    }

    /** Bytes received that belong to no frame returned so far. */
    public int leftOverBytes() {
        return window.remaining();
    }

    /** Bytes of memory that this connection holds for itself. */
    public int heldBytes() {
        return window.heldBytes();
    }
}
