package io.kvorum.codec.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ReceiveWindowTest {
    /** Byte i of stream s: what is consumed must be exactly this, whatever moved in between. */
    private static byte at(int stream, long index) {
        return (byte) (index * 31 + (index >> 8) + stream);
    }

    @Test
    void windows_on_one_scratch_each_keep_their_own_stream_whatever_the_order_of_calls() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Scratch scratch = new Scratch(16, 1 << (5 + random.nextInt(8)));
            ReceiveWindow[] windows = new ReceiveWindow[3];
            long[] received = new long[windows.length];
            long[] consumed = new long[windows.length];
            for (int i = 0; i < windows.length; i++) {
                windows[i] = new ReceiveWindow(scratch);
            }
            for (int step = 0; step < 400; step++) {
                int s = random.nextInt(windows.length);
                ReceiveWindow window = windows[s];
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        ByteBuf packet = Unpooled.buffer();
                        for (int n = random.nextInt(1 + random.nextInt(600)); n > 0; n--) {
                            packet.writeByte(at(s, received[s]++));
                        }
                        window.append(packet);
                    }
                    case 2, 3 -> {
                        int bytes = random.nextInt(window.remaining() + 1);
                        for (int i = 0; i < bytes; i++) {
                            byte found = window.array()[window.position() + i];
                            assertThat(found).as("seed %s step %s", seed, step).isEqualTo(at(s, consumed[s]++));
                        }
                        window.advanceTo(window.position() + bytes);
                        window.releaseIfEmpty();
                    }
                    case 4 -> window.retain();
                    default -> window.expect(random.nextInt(2000));
                }
                assertThat(received[s] - consumed[s]).as("seed %s", seed).isEqualTo(window.remaining());
            }
            for (ReceiveWindow window : windows) {
                window.close();
                assertThat(window.heldBytes()).as("seed %s", seed).isZero();
                assertThat(window.array()).as("seed %s", seed).isEmpty();
            }
        }
    }

    @Test
    void bounds_are_checked() {
        ReceiveWindow window = new ReceiveWindow(new Scratch());
        window.append(Unpooled.wrappedBuffer(new byte[10]));
        assertThatThrownBy(() -> window.advanceTo(11)).isInstanceOf(IndexOutOfBoundsException.class);
        window.advanceTo(5);
        assertThatThrownBy(() -> window.advanceTo(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Scratch(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Scratch(2, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_array_of_a_giant_shrinks_once_little_is_left() {
        ReceiveWindow window = new ReceiveWindow(new Scratch(16, 64));
        window.append(Unpooled.wrappedBuffer(new byte[100_000]));
        window.advanceTo(99_990);
        window.retain();
        assertThat(window.heldBytes()).isEqualTo(10);
    }
}
