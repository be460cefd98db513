package io.kvorum.storage.version;

import static io.kvorum.storage.version.Histories.KEY;
import static io.kvorum.storage.version.Histories.bytes;
import static io.kvorum.storage.version.Histories.draft;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.ContextCodec.Decoded;
import io.kvorum.storage.version.ContextCodec.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContextCodecTest {
    private final ContextCodec codec = new ContextCodec(bytes("secret"));

    private byte[] encode(Context context) {
        return codec.encode(context, KEY, 0, KEY.length);
    }

    private Decoded decode(byte[] text) {
        return codec.decode(text, 0, text.length, KEY, 0, KEY.length);
    }

    private static Context random(SplittableRandom random) {
        VersionVector vector = VersionVector.EMPTY;
        List<Dot> dots = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            vector = vector.with(random.nextLong() | 1, random.nextLong(1, Long.MAX_VALUE));
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            dots.add(new Dot(random.nextLong() | 1, random.nextLong(1, Long.MAX_VALUE)));
        }
        return new Context(vector, dots);
    }

    @Test
    void contexts_read_back_as_they_were_given_out() {
        SplittableRandom random = new SplittableRandom(5);
        for (int run = 0; run < 2000; run++) {
            Context context = random(random);
            byte[] text = encode(context);
            assertThat(decode(text)).as("run %d", run).isEqualTo(context);
            assertThat(text).asString().matches("[A-Za-z0-9_-]+");
        }
        assertThat(decode(new byte[0])).isEqualTo(Context.EMPTY);
        assertThat(decode(encode(Context.EMPTY))).isEqualTo(Context.EMPTY);
    }

    @Test
    void golden_text_of_one_write() {
        byte[] text = encode(Context.EMPTY.after(null, new Dot(0x0102030405060708L, 0x1112131415161718L)));
        assertThat(new String(text, US_ASCII)).isEqualTo("AbvqDWMAAZiu2KjB4oSJEQECAwQFBgcIACe3NZPUN47_");
    }

    @Test
    void a_context_of_another_key_another_secret_or_another_hand_is_refused_as_a_value() {
        Context given = new Context(VersionVector.of(1, 5), List.of(new Dot(2, 7)));
        byte[] text = encode(given);
        byte[] key = bytes("other");
        assertThat(codec.decode(text, 0, text.length, key, 0, key.length)).isEqualTo(Refusal.OTHER_KEY);
        ContextCodec stranger = new ContextCodec(bytes("another"));
        assertThat(stranger.decode(text, 0, text.length, KEY, 0, KEY.length)).isEqualTo(Refusal.BAD_MAC);
        assertThat(decode(bytes("no base64!"))).isEqualTo(Refusal.MALFORMED);
        assertThat(decode(bytes("AAAA"))).isEqualTo(Refusal.MALFORMED);
        assertThat(decode(bytes("AQAAAAAAAAAAAAA"))).isInstanceOf(Refusal.class);
        assertThat(decode(new byte[ContextCodec.TEXT_BYTES_MAX + 1])).isEqualTo(Refusal.MALFORMED);
        SplittableRandom random = new SplittableRandom(6);
        for (int run = 0; run < 5000; run++) {
            byte[] changed = text.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            Decoded decoded = decode(changed);
            assertThat(decoded)
                    .as("run %d: %s", run, new String(changed, US_ASCII))
                    .isEqualTo(Arrays.equals(changed, text) ? given : decoded)
                    .isInstanceOf(Arrays.equals(changed, text) ? Context.class : Refusal.class);
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            decode(noise);
        }
    }

    @Test
    void no_bit_of_a_context_may_change_and_nothing_may_be_added() {
        for (int entries = 0; entries < 3; entries++) {
            Context given = new Context(
                    entries == 0 ? VersionVector.EMPTY : VersionVector.of(1, 5 << (7 * entries)), List.of());
            byte[] text = encode(given);
            for (int bit = 0; bit < text.length * 8; bit++) {
                byte[] flipped = text.clone();
                flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
                assertThat(decode(flipped))
                        .as("bit %d of %s", bit, new String(text, US_ASCII))
                        .isInstanceOf(Refusal.class);
            }
            for (String tail : List.of("=", "==", "A", "\n")) {
                assertThat(decode(bytes(new String(text, US_ASCII) + tail)))
                        .as("with %s", tail)
                        .isInstanceOf(Refusal.class);
            }
        }
    }

    @Test
    void a_context_is_ahead_only_where_neither_clock_nor_record_reach_it() {
        byte[] record = Versions.write(null, draft(1, 500, "x"));
        Context known = new Context(VersionVector.of(1, 500), List.of());
        assertThat(known.isAheadOf(100, record)).isFalse();
        assertThat(known.isAheadOf(100, null)).isTrue();
        assertThat(known.isAheadOf(500, null)).isFalse();
        Context dot = new Context(VersionVector.EMPTY, List.of(new Dot(2, 300)));
        assertThat(dot.isAheadOf(100, record)).isTrue();
        assertThat(dot.isAheadOf(300, record)).isFalse();
        assertThat(Context.EMPTY.isAheadOf(0, null)).isFalse();
        assertThat(Context.EMPTY.isEmpty()).isTrue();
        assertThat(dot.isEmpty()).isFalse();
    }
}
