package io.kvorum.codec.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PeerFrameTest {
    private static final int FRAME_BYTES_MAX = 20_000;

    private final PeerFrameWriter writer = new PeerFrameWriter(FRAME_BYTES_MAX);
    private final Scratch scratch = new Scratch(128, 2048);
    private final PeerFrameDecoder decoder = new PeerFrameDecoder(FRAME_BYTES_MAX, scratch);
    private final PeerFrame frame = new PeerFrame();

    @Test
    void golden_bytes_pin_the_frame() throws Exception {
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer(1);
        ByteWriter payload = new ByteWriter(2).u8(7).u8(8);
        assertThat(writer.write(out, 1, 200, -2, 500, 0x0102030405060708L, payload))
                .isEqualTo(28);
        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("00000018" + "01" + "c8" + "fffffffffffffffe" + "000001f4" + "0102030405060708" + "0708");
        decoder.append(out);
        assertThat(decoder.next(frame)).isTrue();
        assertThat(frame.version()).isEqualTo(1);
        assertThat(frame.type()).isEqualTo(200);
        assertThat(frame.correlationId()).isEqualTo(-2);
        assertThat(frame.time()).isEqualTo(500);
        assertThat(frame.senderClock()).isEqualTo(0x0102030405060708L);
        assertThat(frame.payloadLength()).isEqualTo(2);
        assertThat(frame.array()[frame.payloadOffset()]).isEqualTo((byte) 7);
        ByteReader reader = frame.payload(new ByteReader(new byte[0]));
        assertThat(reader.u16()).isEqualTo(0x0708);
        reader.expectEnd("payload");
        assertThat(frame).hasToString("PeerFrame[version 1, type 200, correlation -2, time 500, 2 bytes]");
        assertThat(decoder.next(frame)).isFalse();
        assertThat(decoder.heldBytes()).isZero();
        assertThat(out.refCnt()).isEqualTo(1);
        out.release();
    }

    @Test
    void time_is_any_32_bits() throws Exception {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, 1, 1, 1, -5, 1).end();
        writer.begin(out, 1, 1, 1, Integer.MAX_VALUE, 1).end();
        decoder.append(out);
        assertThat(decoder.next(frame)).isTrue();
        assertThat(frame.time()).isEqualTo(-5);
        assertThat(decoder.next(frame)).isTrue();
        assertThat(frame.time()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void frames_decode_alike_however_they_are_cut() throws Exception {
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuf stream = ByteBufAllocator.DEFAULT.buffer();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                byte[] payload = new byte[random.nextInt(20) == 0 ? random.nextInt(19_000) : random.nextInt(100)];
                random.nextBytes(payload);
                long correlation = random.nextLong();
                writer.begin(stream, 2, i, correlation, i, i);
                stream.writeBytes(payload);
                writer.end();
                expected.add(i + " " + correlation + " " + ByteBufUtil.hexDump(payload));
            }
            PeerFrameDecoder receiver = new PeerFrameDecoder(FRAME_BYTES_MAX, scratch);
            List<String> found = new ArrayList<>();
            int chunkMax = 1 + random.nextInt(1 + random.nextInt(10_000));
            while (stream.isReadable()) {
                ByteBuf packet = stream.readSlice(Math.min(stream.readableBytes(), 1 + random.nextInt(chunkMax)));
                receiver.append(packet);
                while (receiver.next(frame)) {
                    found.add(frame.type() + " " + frame.correlationId() + " "
                            + ByteBufUtil.hexDump(frame.array(), frame.payloadOffset(), frame.payloadLength()));
                }
                if (random.nextBoolean()) {
                    receiver.retain();
                }
            }
            assertThat(found).as("seed " + seed).isEqualTo(expected);
            assertThat(receiver.leftOverBytes()).as("seed " + seed).isZero();
            assertThat(receiver.heldBytes()).as("seed " + seed).isZero();
            stream.release();
            assertThat(stream.refCnt()).as("seed " + seed).isZero();
        }
    }

    @Test
    void a_length_no_frame_has_closes_the_stream_before_anything_is_reserved() throws Exception {
        for (String hostile : List.of("ffffffff", "00000000", "00000015", "00004e21", "474554202f")) {
            PeerFrameDecoder receiver = new PeerFrameDecoder(FRAME_BYTES_MAX, scratch);
            receiver.append(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hostile)));
            PeerProtocolException refusal =
                    catchThrowableOfType(PeerProtocolException.class, () -> receiver.next(frame));
            assertThat(refusal).as(hostile).hasMessageContaining("allowed 22 to 20000");
            assertThat(refusal.getStackTrace()).isEmpty();
            receiver.append(Unpooled.buffer().writeZero(100));
            assertThat(receiver.next(frame))
                    .as("nothing is read after an error")
                    .isFalse();
            assertThat(receiver.heldBytes()).isZero();
        }
        decoder.append(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("00004e20")));
        assertThat(decoder.next(frame)).isFalse();
        decoder.retain();
        assertThat(decoder.heldBytes()).isLessThan(16);
    }

    @Test
    void a_frame_over_the_bound_leaves_the_buffer_as_it_was() {
        ByteBuf out = Unpooled.buffer().writeByte(1);
        ByteWriter tooLong = new ByteWriter(0).raw(new byte[FRAME_BYTES_MAX]);
        assertThatThrownBy(() -> writer.write(out, 1, 1, 1, 1, 1, tooLong)).isInstanceOf(IllegalStateException.class);
        assertThat(out.readableBytes()).isEqualTo(1);
        writer.begin(out, 1, 1, 1, 1, 1);
        assertThatThrownBy(() -> writer.begin(out, 1, 1, 1, 1, 1)).isInstanceOf(IllegalStateException.class);
        writer.abandon();
        writer.abandon();
        assertThat(out.readableBytes()).isEqualTo(1);
        assertThatThrownBy(writer::end).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new PeerFrameWriter(21)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PeerFrameDecoder(21, scratch)).isInstanceOf(IllegalArgumentException.class);
    }
}
