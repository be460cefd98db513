package io.kvorum.server.peer;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.PeerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the frames of one connection and sends them at the end of the loop's turn. Owned by the loop. It has no bound
 * of its own: who appends looks at {@link #unsentBytes} first.
 */
final class FrameSender implements TurnFlusher.Flushable {
    /** What {@link #append} returns if the message is longer than a frame may be. Nothing is appended then. */
    static final int TOO_LONG = -1;

    private static final int BUFFER_BYTES_FIRST = 4 * 1024;
    private static final int BUFFER_BYTES_FULL = 64 * 1024;
    private static final int FLUSHED_BYTES = 64;

    private final PeerLoop loop;
    private final Channel channel;
    private @Nullable ByteBuf gathered;
    private @Nullable Flushed toldOf;
    private boolean flushWanted;
    private boolean tells;
    private boolean closed;

    FrameSender(PeerLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** The handshake is over: the newest FLUSHALL is told now, and each newer one before whatever is sent next. */
    void tellOfFlushes(int version) {
        tells = true;
        Flushed newest = loop.node.events.newestFlush();
        if (newest != null) {
            tell(version, newest);
        }
    }

    /** Appends the frame of an answer, or of a message that needs none, and returns its bytes. */
    int append(int version, long correlationId, PeerMessage message) {
        ByteWriter payload = loop.payload();
        message.encode(payload);
        return append(version, correlationId, PeerClock.reading(loop.node.clock.nanoTime()), message, payload);
    }

    /** Appends a frame whose payload is encoded already. */
    @SuppressWarnings("ReferenceEquality") // there is one object for each
    int append(int version, long correlationId, int time, PeerMessage message, ByteWriter payload) {
        if (closed || payload.size() > loop.node.settings.frameBytesMax() - PeerFrame.HEADER_BYTES) {
            return TOO_LONG;
        }
        Flushed newest = loop.node.events.newestFlush();
        if (newest != toldOf && newest != null && tells) {
            tell(version, newest);
        }
        return write(version, correlationId, time, message, payload);
    }

    private void tell(int version, Flushed flushed) {
        toldOf = flushed;
        ByteWriter payload = new ByteWriter(FLUSHED_BYTES);
        flushed.encode(payload);
        write(version, PeerLink.NO_CORRELATION, PeerClock.reading(loop.node.clock.nanoTime()), flushed, payload);
    }

    private int write(int version, long correlationId, int time, PeerMessage message, ByteWriter payload) {
        ByteBuf buffer = gathered;
        if (buffer == null) {
            int first = Math.max(BUFFER_BYTES_FIRST, frameBytes(payload));
            buffer = channel.alloc().ioBuffer(first);
            gathered = buffer;
        }
        long clock = loop.node.stamps.current();
        int bytes = loop.writer.write(buffer, version, message.type().code(), correlationId, time, clock, payload);
        loop.node.counters.framesSent.increment();
        loop.node.counters.bytesSent.add(bytes);
        if (buffer.readableBytes() >= BUFFER_BYTES_FULL) {
            gathered = null;
            Sockets.write(channel, buffer);
        }
        if (!flushWanted) {
            flushWanted = true;
            loop.flusher.flushLater(this);
        }
        return bytes;
    }

    @Override
    public void flushNow() {
        flushWanted = false;
        ByteBuf buffer = gathered;
        gathered = null;
        if (buffer != null) {
            Sockets.write(channel, buffer);
        }
        channel.flush();
    }

    /** Bytes that the operating system has not taken yet. */
    long unsentBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        long written = outbound == null ? 0 : outbound.totalPendingWriteBytes();
        ByteBuf buffer = gathered;
        return buffer == null ? written : written + buffer.readableBytes();
    }

    /** Drops what was not sent. */
    void close() {
        closed = true;
        ByteBuf buffer = gathered;
        gathered = null;
        if (buffer != null) {
            buffer.release();
        }
    }

    static int frameBytes(ByteWriter payload) {
        return PeerFrame.LENGTH_BYTES + PeerFrame.HEADER_BYTES + payload.size();
    }
}
