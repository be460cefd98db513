package io.kvorum.storage.version;

import static io.kvorum.storage.version.Histories.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.codec.binary.DecodeException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordCheckTest {
    private static final int RUNS = Boolean.getBoolean("kvorum.endurance") ? 2_000_000 : 20_000;

    private static @Nullable DecodeException refusal(byte[] record) {
        try {
            RecordBytes.check(record);
            return null;
        } catch (DecodeException e) {
            return e;
        }
    }

    @Test
    void golden_bytes_of_a_plain_write() {
        byte[] record = Versions.write(null, draft(0x0102030405060708L, 0x1112131415161718L, "hello"));
        assertThat(HexFormat.of().formatHex(record))
                .isEqualTo("01" + "00" + "0001" + "0001" + "0002" + "7d31c307ddbb625b" + "6b6579"
                        + "01020304050607081112131415161718" + "40" + "00" + "05" + "68656c6c6f");
    }

    @Test
    void golden_bytes_of_everything_at_once() {
        byte[] first =
                Versions.write(null, draft(9, 0x100000, "10").clientFlags(7).expireAtMillis(99));
        byte[] amended = Amendments.expire(first, 5, 0x110000, 50, 1);
        byte[] counted =
                Amendments.increment(amended, draft(4, 0x120000, ""), 3, 1).record();
        Context context = new Context(VersionVector.of(6, 0x30000), List.of(new Dot(8, 0x40000)));
        byte[] both = Histories.put(counted, draft(9, 0x130000, "a longer value"), context);
        byte[] record = Versions.withoutValues(both);
        RecordBytes.check(record);
        assertThat(HexFormat.of().formatHex(record))
                .isEqualTo("01" + "01" + "0002" + "0002" + "0002" + "e1050c14fb828c04" + "6b6579"
                        + "0000000000000006" + "0000000000030000" + "0000000000000009" + "0000000000130000"
                        + "0000000000000008" + "0000000000040000"
                        + "60" + "01" + "14c7252a2fc293f6"
                        + "1c" + "01" + "0000000000100000" + "00000007"
                        + "0000000000110000" + "0000000000000005" + "0000000000000032"
                        + "01" + "0000000000000004" + "0000000000120000" + "0000000000000003"
                        + "02" + "3130");
    }

    @Test
    void a_typical_record_takes_at_most_152_bytes() {
        byte[] key = new byte[16];
        byte[] record = Versions.write(
                null, new Draft().key(key, 0, 16).value(new byte[100], 0, 100).dot(1, 1));
        assertThat(record.length).isLessThanOrEqualTo(152);
    }

    @Test
    void any_flipped_bit_is_refused() {
        for (long seed = 0; seed < 60; seed++) {
            List<byte[]> records = new Histories(seed).run(25);
            byte[] record = records.get(records.size() - 1);
            for (int bit = 0; bit < record.length * 8; bit++) {
                byte[] changed = record.clone();
                changed[bit >> 3] ^= (byte) (1 << (bit & 7));
                assertThat(refusal(changed)).as("bit %d, seed %d", bit, seed).isNotNull();
            }
            for (int length = 0; length < record.length; length++) {
                assertThat(refusal(Arrays.copyOf(record, length))).isNotNull();
            }
            assertThat(refusal(Arrays.copyOf(record, record.length + 1))).isNotNull();
        }
    }

    @Test
    void hostile_bytes_are_refused_with_their_reason_and_what_passes_is_canonical() {
        SplittableRandom random = new SplittableRandom(1);
        int passed = 0;
        for (int run = 0; run < RUNS; run++) {
            List<byte[]> records = new Histories(run % 500).run(15);
            byte[] record = records.get(random.nextInt(records.size())).clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                int at = random.nextInt(8) == 0 ? random.nextInt(8) : random.nextInt(8, record.length);
                record[at] =
                        random.nextBoolean() ? (byte) random.nextInt() : (byte) (record[at] ^ (1 << random.nextInt(8)));
            }
            DecodeException refusal = refusal(record);
            if (refusal != null && refusal.field().equals("record hash")) {
                // A hostile sender would make the hash fit; what is left to refuse is the structure.
                RecordBytes.U64.set(record, RecordBytes.HASH_AT, RecordHash.of(record));
                refusal = refusal(record);
            }
            if (refusal == null) {
                passed++;
                assertThat(RecordModel.of(record).encode()).as("run %d", run).isEqualTo(record);
                assertThat(Visible.deadSinceMillis(record, 1000)).isGreaterThanOrEqualTo(Visible.LIVE);
                Visible.plain(record, 1000, new ValueSlice());
            }
        }
        assertThat(passed).isGreaterThan(RUNS / 100);
    }

    @Test
    void random_bytes_are_refused() {
        SplittableRandom random = new SplittableRandom(2);
        for (int run = 0; run < RUNS; run++) {
            byte[] record = new byte[random.nextInt(120)];
            random.nextBytes(record);
            if (record.length > 8 && random.nextBoolean()) {
                byte[] plausible = {1, (byte) random.nextInt(3), 0, (byte) random.nextInt(3), 0, 1, 0, 0};
                System.arraycopy(plausible, 0, record, 0, 8);
            }
            assertThat(refusal(record)).as("run %d", run).isNotNull();
        }
    }

    @Test
    void the_same_sibling_twice_is_refused_though_increments_part_the_two() {
        byte[] record = Versions.write(null, draft(1, 10, "5"));
        byte[] counted = Amendments.increment(record, draft(2, 20, ""), 1, 0).record();
        RecordModel model = RecordModel.of(counted);
        model.siblings.addAll(RecordModel.of(record).siblings);
        byte[] twice = model.encode();
        assertThatThrownBy(() -> RecordBytes.check(twice))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("twice");
    }
}
