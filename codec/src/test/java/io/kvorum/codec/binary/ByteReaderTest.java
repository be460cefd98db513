package io.kvorum.codec.binary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class ByteReaderTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void golden_bytes_pin_every_kind_of_field() {
        ByteWriter out = new ByteWriter(0);
        out.u8(0x1FE)
                .u16(0x10203)
                .u32(0xFFFF_FFFEL)
                .u64(-2)
                .bool(true)
                .bool(false)
                .varInt(300)
                .varLong(-1)
                .bytes(new byte[] {9, 8})
                .raw(new byte[] {7})
                .utf8("ü");
        assertThat(HEX.formatHex(out.toByteArray()))
                .isEqualTo("fe" + "0203" + "fffffffe" + "fffffffffffffffe" + "01" + "00" + "ac02"
                        + "ffffffffffffffffff01" + "020908" + "07" + "02c3bc");
        ByteReader in = new ByteReader(out.array(), 0, out.size());
        assertThat(in.u8()).isEqualTo(0xFE);
        assertThat(in.u16()).isEqualTo(0x203);
        assertThat(in.u32()).isEqualTo(0xFFFF_FFFEL);
        assertThat(in.u64()).isEqualTo(-2);
        assertThat(in.bool()).isTrue();
        assertThat(in.bool()).isFalse();
        assertThat(in.varInt()).isEqualTo(300);
        assertThat(in.varLong()).isEqualTo(-1);
        assertThat(in.bytes(2)).containsExactly(9, 8);
        assertThat(in.raw(1)).containsExactly(7);
        assertThat(in.utf8(2)).isEqualTo("ü");
        in.expectEnd("message");
    }

    @Test
    void what_is_written_is_read_back_from_any_offset() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int offset = random.nextInt(20);
            ByteWriter out = new ByteWriter(random.nextInt(8)).raw(new byte[offset]);
            List<Consumer<ByteReader>> checks = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                long number = random.nextLong() >>> random.nextInt(64);
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                String replay = "seed " + seed;
                switch (random.nextInt(5)) {
                    case 0 -> {
                        out.varLong(number);
                        checks.add(in -> assertThat(in.varLong()).as(replay).isEqualTo(number));
                    }
                    case 1 -> {
                        out.varInt((int) number);
                        checks.add(in -> assertThat(in.varInt()).as(replay).isEqualTo((int) number));
                    }
                    case 2 -> {
                        out.u64(number);
                        checks.add(in -> assertThat(in.u64()).as(replay).isEqualTo(number));
                    }
                    case 3 -> {
                        out.bytes(bytes);
                        checks.add(in -> assertThat(in.bytes(300)).as(replay).isEqualTo(bytes));
                    }
                    default -> {
                        out.utf8("é" + number);
                        checks.add(in -> assertThat(in.utf8(30)).as(replay).isEqualTo("é" + number));
                    }
                }
            }
            ByteReader in = new ByteReader(out.array(), offset, out.size() - offset);
            checks.forEach(check -> check.accept(in));
            in.expectEnd("seed " + seed);
        }
    }

    @Test
    void a_refusal_says_where_which_field_what_was_found_and_what_is_allowed() {
        ByteReader in = new ByteReader(HEX.parseHex("0000ff01"), 1, 3);
        in.u8();
        DecodeException refusal = catchThrowableOfType(
                DecodeException.class, () -> in.field("members").varInt(100));
        assertThat(refusal).hasMessage("members at byte 1: found 255, allowed at most 100");
        assertThat(refusal.offset()).isEqualTo(1);
        assertThat(refusal.field()).isEqualTo("members");
        assertThat(refusal.found()).isEqualTo("255");
        assertThat(refusal.allowed()).isEqualTo("at most 100");
        assertThat(refusal.getStackTrace()).isEmpty();
        assertThat(in.varInt(255)).as("the position stays at the field").isEqualTo(255);
    }

    @Test
    void a_length_is_held_against_what_was_received_before_anything_is_allocated() {
        byte[] hostile = new ByteWriter(8).varInt(Integer.MAX_VALUE).u8(1).toByteArray();
        assertThatThrownBy(() -> new ByteReader(hostile).bytes(Integer.MAX_VALUE))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("1 bytes that are left");
        assertThatThrownBy(() -> new ByteReader(hostile).utf8(Integer.MAX_VALUE))
                .isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> new ByteReader(hostile).count(Integer.MAX_VALUE, 16))
                .isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> new ByteReader(hostile).bytes(100)).hasMessageContaining("allowed at most 100");
    }

    @Test
    void malformed_fields_are_refused() {
        refuses("", ByteReader::u8);
        refuses("00", ByteReader::u16);
        refuses("000000", ByteReader::u32);
        refuses("00000000000000", ByteReader::u64);
        refuses("02", ByteReader::bool);
        refuses("80", ByteReader::varInt);
        refuses("ffffffffff01", ByteReader::varInt);
        refuses("ffffffff1f", ByteReader::varInt);
        refuses("8000", ByteReader::varInt);
        refuses("ffffffffffffffffff02", ByteReader::varLong);
        refuses("ffffffffffffffffffff01", ByteReader::varLong);
        refuses("80808080808080808000", ByteReader::varLong);
        refuses("02c328", in -> in.utf8(10));
        refuses("0201", in -> in.bytes(10));
        refuses("00", in -> in.skip(2));
        refuses("00", in -> in.skip(-1));
        refuses("00", in -> in.raw(2));
        refuses("00", in -> in.expectEnd("message"));
        assertThatThrownBy(() -> new ByteReader(new byte[3], 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new ByteReader(new byte[0]).invalid("kind", "9", "1 to 3"))
                .hasMessage("kind at byte 0: found 9, allowed 1 to 3");
    }

    @Test
    void a_slice_can_be_read_in_place() {
        byte[] message = new ByteWriter(8).bytes("key".getBytes(UTF_8)).u8(5).toByteArray();
        ByteReader in = new ByteReader(message);
        int length = in.length(10);
        assertThat(new String(in.array(), in.position(), length, UTF_8)).isEqualTo("key");
        assertThat(in.skip(length).u8()).isEqualTo(5);
        assertThat(in.remaining()).isZero();
    }

    @Test
    void a_writer_is_reused_and_patched() {
        ByteWriter out = new ByteWriter(4).u32(0).u64(1);
        assertThat(out.u32At(0, 8).size()).isEqualTo(12);
        assertThat(new ByteReader(out.toByteArray()).u32()).isEqualTo(8);
        assertThatThrownBy(() -> out.u32At(9, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        byte[] array = out.array();
        assertThat(out.reset().u8(1).size()).isEqualTo(1);
        assertThat(out.array()).isSameAs(array);
    }

    private static void refuses(String hex, Consumer<ByteReader> read) {
        ByteReader in = new ByteReader(HEX.parseHex(hex));
        assertThatThrownBy(() -> read.accept(in)).as(hex).isInstanceOf(DecodeException.class);
        assertThat(in.position()).as(hex).isZero();
    }
}
