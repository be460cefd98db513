package io.kvorum.tests.fuzz;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.peer.PeerFrame;
import io.kvorum.codec.peer.PeerFrameDecoder;
import io.kvorum.codec.peer.PeerFrameWriter;
import io.kvorum.codec.peer.PeerProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames between nodes. Any bytes give frames, wait for more, or end in one {@link PeerProtocolException}; in any pieces
 * the same. What was consumed is exactly what the writer writes of the frames read. A length that is claimed reserves
 * nothing.
 *
 * <pre>
 *   u8 options: 1 frames of at most 64 bytes | u16 seed of the cuts | bytes of the connection
 * </pre>
 */
final class PeerFramesTarget implements FuzzTarget {
    private static final int WIDE = 64 << 20;
    private static final int NARROW = 64;

    @Override
    public String name() {
        return "peer-frames";
    }

    @Override
    public int runs() {
        return 500;
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);
        int bytesMax = (in.u8() & 1) == 0 ? WIDE : NARROW;
        int cutSeed = in.u16();
        byte[] bytes = in.rest();
        Claims.allocates(32, bytes.length, () -> receive(bytesMax, List.of(bytes)));
        Outcome whole = receive(bytesMax, List.of(bytes));
        whole.requireEqual(receive(bytesMax, Input.cut(bytes, cutSeed)), "cut with seed " + cutSeed);
        if (bytes.length <= 512) {
            whole.requireEqual(receive(bytesMax, Input.single(bytes)), "byte by byte");
        }
        int consumed = bytes.length - whole.leftOver;
        if (whole.error.isEmpty()) {
            Claims.sameBytes(whole.written, Arrays.copyOf(bytes, consumed), "frames written anew");
        }
    }

    private static Outcome receive(int bytesMax, List<byte[]> packets) {
        PeerFrameDecoder decoder = new PeerFrameDecoder(bytesMax, new Scratch(16, 256));
        PeerFrameWriter writer = new PeerFrameWriter(bytesMax);
        PeerFrame frame = new PeerFrame();
        ByteBuf written = ByteBufAllocator.DEFAULT.heapBuffer();
        String error = "";
        try {
            for (byte[] bytes : packets) {
                ByteBuf packet = Unpooled.wrappedBuffer(bytes);
                decoder.append(packet);
                Claims.holds(!packet.isReadable() && packet.refCnt() == 1, "a packet was not taken, or kept");
                try {
                    while (decoder.next(frame)) {
                        writer.begin(
                                written,
                                frame.version(),
                                frame.type(),
                                frame.correlationId(),
                                frame.time(),
                                frame.senderClock());
                        written.writeBytes(frame.array(), frame.payloadOffset(), frame.payloadLength());
                        writer.end();
                    }
                } catch (PeerProtocolException refused) {
                    Claims.holds(error.isEmpty(), "a second error");
                    error = String.valueOf(refused.getMessage());
                }
                decoder.retain();
                int left = decoder.leftOverBytes();
                Claims.holds(
                        left == 0 ? decoder.heldBytes() == 0 : decoder.heldBytes() <= 4 * left + 1024,
                        decoder.heldBytes() + " bytes held for " + left + " left over");
            }
            int left = decoder.leftOverBytes();
            decoder.close();
            Claims.holds(decoder.heldBytes() == 0, "a closed connection holds memory");
            return new Outcome(ByteBufUtil.getBytes(written), error, left);
        } finally {
            written.release();
        }
    }

    private record Outcome(byte[] written, String error, int leftOver) {
        void requireEqual(Outcome other, String how) {
            Claims.sameBytes(other.written, written, "frames " + how);
            Claims.equal(other.error, error, "error " + how);
            Claims.equal(other.leftOver, leftOver, "bytes left over " + how);
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ByteBuf out = ByteBufAllocator.DEFAULT.heapBuffer();
            out.writeByte(random.nextInt(2)).writeShort(random.nextInt());
            for (int frames = random.nextInt(1, 5); frames > 0; frames--) {
                new PeerFrameWriter(WIDE)
                        .begin(out, 1, random.nextInt(24), random.nextLong(), random.nextInt(2000), random.nextLong());
                int length = random.nextInt(50);
                int lengthAt = out.writerIndex() - PeerFrame.HEADER_BYTES - PeerFrame.LENGTH_BYTES;
                for (int j = 0; j < length; j++) {
                    out.writeByte(random.nextInt());
                }
                out.setInt(lengthAt, PeerFrame.HEADER_BYTES + length);
            }
            seeds.add(ByteBufUtil.getBytes(out));
            out.release();
        }
        return seeds;
    }
}
