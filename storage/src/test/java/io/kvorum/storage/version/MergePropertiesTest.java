package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MergePropertiesTest {
    private static final int RUNS = Boolean.getBoolean("kvorum.endurance") ? 20_000 : 600;

    private static byte[] slow(byte[] a, byte[] b) {
        return Merge.slow(a, b, VersionObserver.NONE);
    }

    @Test
    void every_record_ever_made_passes_the_check_and_is_in_canonical_form() {
        for (long seed = 0; seed < RUNS; seed++) {
            for (byte[] record : new Histories(seed).run(40)) {
                RecordBytes.check(record);
                assertThat(RecordModel.of(record).encode()).as("seed %d", seed).isEqualTo(record);
            }
        }
    }

    @Test
    void merge_is_commutative_idempotent_and_says_the_same_by_its_fast_paths() {
        for (long seed = 0; seed < RUNS; seed++) {
            List<byte[]> records = new Histories(seed).run(40);
            SplittableRandom random = new SplittableRandom(~seed);
            for (int i = 0; i < 20; i++) {
                byte[] a = records.get(random.nextInt(records.size()));
                byte[] b = records.get(random.nextInt(records.size()));
                byte[] merged = Histories.merge(a, b);
                assertThat(merged).as("fast, seed %d", seed).isEqualTo(slow(a, b));
                assertThat(Histories.merge(b, a)).as("order, seed %d", seed).isEqualTo(merged);
                assertThat(Histories.merge(merged, b))
                        .as("again, seed %d", seed)
                        .isSameAs(merged);
                RecordBytes.check(merged);
            }
        }
    }

    @Test
    void merge_is_associative_over_the_records_of_one_history() {
        for (long seed = 0; seed < RUNS; seed++) {
            List<byte[]> records = new Histories(seed).run(30);
            SplittableRandom random = new SplittableRandom(~seed);
            for (int i = 0; i < 20; i++) {
                byte[] a = records.get(random.nextInt(records.size()));
                byte[] b = records.get(random.nextInt(records.size()));
                byte[] c = records.get(random.nextInt(records.size()));
                assertThat(Histories.merge(Histories.merge(a, b), c))
                        .as("seed %d", seed)
                        .isEqualTo(Histories.merge(a, Histories.merge(b, c)));
            }
        }
    }

    @Test
    void bytes_of_values_that_one_side_dropped_come_back_from_the_other_and_never_change_the_hash() {
        for (long seed = 0; seed < RUNS; seed++) {
            List<byte[]> records = new Histories(seed).run(30);
            SplittableRandom random = new SplittableRandom(~seed);
            for (int i = 0; i < 10; i++) {
                byte[] a = records.get(random.nextInt(records.size()));
                byte[] b = records.get(random.nextInt(records.size()));
                byte[] bareA = Versions.withoutValues(a);
                RecordBytes.check(bareA);
                assertThat(RecordBytes.hash(bareA)).as("seed %d", seed).isEqualTo(RecordBytes.hash(a));
                byte[] merged = Histories.merge(bareA, b);
                assertThat(RecordBytes.hash(merged)).as("seed %d", seed).isEqualTo(RecordBytes.hash(slow(a, b)));
                assertThat(Histories.merge(merged, a)).as("seed %d", seed).isEqualTo(slow(a, b));
                assertThat(Histories.merge(bareA, a)).isEqualTo(a);
                byte[] later = Versions.withoutExpiredValues(a, 1030);
                RecordBytes.check(later);
                assertThat(RecordBytes.hash(later)).isEqualTo(RecordBytes.hash(a));
                assertThat(Visible.needsBytes(later, 1030)).isFalse();
            }
        }
    }

    @Test
    void an_only_sibling_that_replaces_another_is_returned_as_the_very_array() {
        byte[] first = Versions.write(null, Histories.draft(1, 10, "one"));
        byte[] second = Versions.write(first, Histories.draft(2, 20, "two"));
        byte[] third = Versions.write(second, Histories.draft(1, 30, "three"));
        assertThat(Histories.merge(first, third)).isSameAs(third);
        assertThat(Histories.merge(third, second)).isSameAs(third);
        assertThat(Histories.merge(third, third.clone())).isSameAs(third);
    }

    @Test
    void one_dot_with_two_contents_keeps_both_and_is_reported() {
        byte[] a = Versions.write(null, Histories.draft(1, 10, "one"));
        byte[] b = Versions.write(null, Histories.draft(1, 10, "two"));
        byte[] c = Versions.write(null, Histories.draft(1, 10, "").tombstone());
        List<Dot> damaged = new ArrayList<>();
        VersionObserver observer = new VersionObserver() {
            @Override
            public void damagedIdentity(long actor, long stamp) {
                damaged.add(new Dot(actor, stamp));
            }
        };
        byte[] merged = Merge.merge(Merge.merge(a, b, observer), c, observer);
        assertThat(damaged).containsExactly(new Dot(1, 10), new Dot(1, 10));
        assertThat(RecordBytes.siblingCount(merged)).isEqualTo(3);
        assertThat(Merge.merge(c, Merge.merge(b, a, observer), observer)).isEqualTo(merged);
        RecordBytes.check(merged);
        assertThat(RecordBytes.siblingCount(Versions.write(merged, Histories.draft(1, 11, "three"))))
                .isEqualTo(1);
    }

    @Test
    void a_record_that_only_amends_takes_the_bytes_of_its_twin() {
        byte[] old = Versions.write(
                null, Histories.draft(1, Stamp.ofMillis(10), "a longer value").expireAtMillis(20));
        byte[] bare = Versions.withoutExpiredValues(old, 25);
        assertThat(Visible.needsBytes(bare, 25)).isFalse();
        byte[] extended = Amendments.expire(old, 2, Stamp.ofMillis(15), 0, 15);
        Amendment amendment = new Amendment.Expiry(Stamp.ofMillis(15), 2, 0);
        Amendments.Arrived arrived = Amendments.arrive(bare, new Dot(1, Stamp.ofMillis(10)), amendment);
        assertThat(arrived.arrival()).isEqualTo(Amendments.Arrival.APPLIED);
        byte[] live = Objects.requireNonNull(arrived.record());
        assertThat(Visible.needsBytes(live, 25)).isTrue();
        assertThat(Histories.merge(live, extended)).isSameAs(extended);
        ValueSlice slice = new ValueSlice();
        assertThat(Visible.plain(live, 25, slice)).isTrue();
        assertThat(slice.isMissing()).isTrue();
    }
}
