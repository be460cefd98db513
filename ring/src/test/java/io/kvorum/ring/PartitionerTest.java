package io.kvorum.ring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.openhft.hashing.LongHashFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionerTest {
    @ParameterizedTest
    @CsvSource({
        "foo, 12182",
        "bar, 5061",
        "hello, 866",
        "somekey, 11058",
        "foo{hash_tag}, 2515",
        "{user1000}.following, 3443",
        "{user1000}.followers, 3443",
        "'', 0",
    })
    void slots_are_those_of_redis_cluster(String key, int slot) {
        assertThat(slotOf(key)).isEqualTo(slot);
    }

    @Test
    void crc16_has_the_check_value_of_xmodem() {
        byte[] check = "123456789".getBytes(UTF_8);
        assertThat(HashSlot.crc16(check, 0, check.length)).isEqualTo(0x31c3);
    }

    @Test
    void hash_tag_is_the_first_non_empty_one_and_an_empty_one_disables_tags() {
        assertThat(slotOf("foo{bar}zap}")).isEqualTo(slotOf("bar"));
        assertThat(slotOf("foo{{bar}}zap")).isEqualTo(slotOf("{bar"));
        assertThat(slotOf("foo{bar}{zap}")).isEqualTo(slotOf("bar"));
        assertThat(slotOf("foo{}{bar}")).isEqualTo(crc("foo{}{bar}"));
        assertThat(slotOf("foo{bar")).isEqualTo(crc("foo{bar"));
        assertThat(slotOf("foo}bar{")).isEqualTo(crc("foo}bar{"));
    }

    @Test
    void slots_position_is_slot_then_xxh3() {
        byte[] key = "xx{tag}user:1".getBytes(UTF_8);
        long xxh3 = LongHashFunction.xx3().hashBytes(key, 2, 9);
        Position position = Partitioner.SLOTS.positionOf(key, 2, 9);
        assertThat(position.high() >>> 50).isEqualTo(slotOf("{tag}user"));
        assertThat(position.high() << 14 | position.low() >>> 50).isEqualTo(xxh3 & -1L);
        assertThat(position.low() << 14).isZero();
        assertThat(Partitioner.SLOTS.high(key, 2, 9)).isEqualTo(position.high());
        assertThat(Partitioner.SLOTS.low(key, 2, 9)).isEqualTo(position.low());
    }

    @ParameterizedTest
    @CsvSource({
        "'', d41d8cd98f00b204e9800998ecf8427e",
        "a, 0cc175b9c0f1b6a831c399e269772661",
        "abc, 900150983cd24fb0d6963f7d28e17f72",
        "message digest, f96b697d7cb7938d525a2f31aaf161d0",
        "abcdefghijklmnopqrstuvwxyz, c3fcd3d76192e4007dfb496cca67e13b",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789, d174ab98d277d9f5a5611c2c9f419d9f",
    })
    void md5_position_is_the_digest_of_rfc_1321(String key, String digest) {
        byte[] bytes = key.getBytes(UTF_8);
        Position position = Partitioner.MD5.positionOf(bytes, 0, bytes.length);
        assertThat(String.format("%016x%016x", position.high(), position.low())).isEqualTo(digest);
        assertThat(Partitioner.MD5.high(bytes, 0, bytes.length)).isEqualTo(position.high());
        assertThat(Partitioner.MD5.low(bytes, 0, bytes.length)).isEqualTo(position.low());
    }

    @Test
    void md5_agrees_with_the_jdk_at_every_length_around_its_blocks() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        for (int length = 0; length < 300; length++) {
            byte[] key = new byte[length + 3];
            random.nextBytes(key);
            byte[] expected = MessageDigest.getInstance("MD5").digest(Arrays.copyOfRange(key, 3, key.length));
            Position position = Partitioner.MD5.positionOf(key, 3, length);
            assertThat(String.format("%016x%016x", position.high(), position.low()))
                    .as("length %d", length)
                    .isEqualTo(String.format("%032x", new BigInteger(1, expected)));
        }
    }

    @Test
    void partition_is_the_top_bits() {
        assertThat(new Position(-1, 0).partition(256)).isEqualTo(255);
        assertThat(new Position(1L << 56, 0).partition(256)).isEqualTo(1);
        assertThat(new Position(-1, 0).partition(1)).isZero();
        assertThat(new Position(-1, 0)).isGreaterThan(new Position(1, 5));
        assertThat(new Position(1, -1)).isGreaterThan(new Position(1, 5));
    }

    private static int slotOf(String key) {
        byte[] padded = ("{x}" + key).getBytes(UTF_8);
        return Partitioner.slotOf(padded, 3, padded.length - 3);
    }

    private static int crc(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        return HashSlot.crc16(bytes, 0, bytes.length) & 16383;
    }
}
