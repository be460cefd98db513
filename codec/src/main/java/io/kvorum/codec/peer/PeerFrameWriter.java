package io.kvorum.codec.peer;

import io.kvorum.codec.binary.ByteWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Writes frames; {@link PeerFrame} shows their shape.
 *
 * <p>Owned by one event loop; allocates nothing. A frame over the bound is our bug, not the peer's: it is an
 * {@link IllegalStateException}, and the buffer is as it was before.
 */
public final class PeerFrameWriter {
    private static final int NOT_BEGUN = -1;

    private final int frameBytesMax;
    private ByteBuf out = Unpooled.EMPTY_BUFFER;
    private int lengthIndex = NOT_BEGUN;

    /** A writer of frames of at most {@code frameBytesMax} bytes, header included, length field not. */
    public PeerFrameWriter(int frameBytesMax) {
        if (frameBytesMax < PeerFrame.HEADER_BYTES) {
            throw new IllegalArgumentException(frameBytesMax + " bytes do not hold a frame's header");
        }
        this.frameBytesMax = frameBytesMax;
    }

    /**
     * Begins a frame in {@code buffer}; the caller appends the payload to the buffer and then calls {@link #end}.
     *
     * @param time see {@link PeerFrame#time}
     */
    public PeerFrameWriter begin(
            ByteBuf buffer, int version, int type, long correlationId, int time, long senderClock) {
        if (lengthIndex != NOT_BEGUN) {
            throw new IllegalStateException("a frame is begun and not ended");
        }
        buffer.ensureWritable(PeerFrame.LENGTH_BYTES + PeerFrame.HEADER_BYTES);
        out = buffer;
        lengthIndex = buffer.writerIndex();
        buffer.writeInt(0).writeByte(version).writeByte(type).writeLong(correlationId);
        buffer.writeInt(time).writeLong(senderClock);
        return this;
    }

    /** Ends the frame begun last and returns how many bytes it has, length field included. */
    public int end() {
        if (lengthIndex == NOT_BEGUN) {
            throw new IllegalStateException("no frame is begun");
        }
        int length = out.writerIndex() - lengthIndex - PeerFrame.LENGTH_BYTES;
        if (length > frameBytesMax) {
            abandon();
            throw new IllegalStateException("frame of " + length + " bytes, at most " + frameBytesMax);
        }
        out.setInt(lengthIndex, length);
        lengthIndex = NOT_BEGUN;
        out = Unpooled.EMPTY_BUFFER;
        return PeerFrame.LENGTH_BYTES + length;
    }

    /** Takes back the frame begun last, if there is one. */
    public void abandon() {
        if (lengthIndex != NOT_BEGUN) {
            out.writerIndex(lengthIndex);
            lengthIndex = NOT_BEGUN;
            out = Unpooled.EMPTY_BUFFER;
        }
    }

    /** Writes a whole frame with what {@code payload} holds and returns how many bytes it has, length field included. */
    public int write(
            ByteBuf buffer, int version, int type, long correlationId, int time, long senderClock, ByteWriter payload) {
        begin(buffer, version, type, correlationId, time, senderClock);
        buffer.writeBytes(payload.array(), 0, payload.size());
        return end();
    }
}
