package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class DumpPayloadTest {
    private static byte[] encode(int flags, byte[] value) {
        return DumpPayload.Codec.encode(flags, value, 0, value.length);
    }

    private static DumpPayload decode(byte[] payload) {
        return DumpPayload.Codec.decode(payload, 0, payload.length);
    }

    @Test
    void the_bytes_are_those_of_the_page() {
        assertThat(HexFormat.of().formatHex(encode(300, "one".getBytes(US_ASCII))))
                .isEqualTo("4b5644554d5001" + "ac02" + "036f6e65" + "635c4990");
    }

    @Test
    void what_was_encoded_is_read_wherever_it_lies() {
        for (int flags : new int[] {0, 1, 127, 128, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            for (int length : new int[] {0, 1, 127, 128, 70_000}) {
                byte[] value = new byte[length];
                new SplittableRandom(length).nextBytes(value);
                byte[] payload = encode(flags, value);
                byte[] within = new byte[payload.length + 9];
                System.arraycopy(payload, 0, within, 4, payload.length);
                DumpPayload.Content read = (DumpPayload.Content) DumpPayload.Codec.decode(within, 4, payload.length);
                assertThat(read.clientFlags()).isEqualTo(flags);
                assertThat(Arrays.copyOfRange(read.array(), read.offset(), read.offset() + read.length()))
                        .isEqualTo(value);
            }
        }
    }

    @Test
    void whatever_bit_is_changed_and_wherever_it_is_cut_it_is_refused() {
        byte[] payload = encode(7, "a value".getBytes(US_ASCII));
        for (int bit = 0; bit < 8 * payload.length; bit++) {
            byte[] changed = payload.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(decode(changed)).as("bit %d", bit).isEqualTo(DumpPayload.Refusal.FOREIGN);
        }
        for (int length = 0; length < payload.length; length++) {
            assertThat(decode(Arrays.copyOf(payload, length))).isEqualTo(DumpPayload.Refusal.FOREIGN);
        }
        // Of Redis 7: SET k v, DUMP k.
        assertThat(decode(HexFormat.of().parseHex("0001760a00d14e0d1d3f4c8e5b")))
                .isEqualTo(DumpPayload.Refusal.FOREIGN);
    }

    @Test
    void what_is_malformed_under_a_right_checksum_is_refused_and_nothing_else() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = new byte[7 + random.nextInt(20) + 4];
            random.nextBytes(payload);
            System.arraycopy(encode(0, new byte[0]), 0, payload, 0, 7);
            CRC32C crc = new CRC32C();
            crc.update(payload, 0, payload.length - 4);
            for (int j = 0; j < 4; j++) {
                payload[payload.length - 4 + j] = (byte) (crc.getValue() >>> (24 - 8 * j));
            }
            DumpPayload read = decode(payload);
            if (read instanceof DumpPayload.Content content) {
                byte[] value = Arrays.copyOfRange(payload, content.offset(), content.offset() + content.length());
                assertThat(encode(content.clientFlags(), value))
                        .as("seed %d", seed)
                        .isEqualTo(payload);
            } else {
                assertThat(read).as("seed %d", seed).isEqualTo(DumpPayload.Refusal.MALFORMED);
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
