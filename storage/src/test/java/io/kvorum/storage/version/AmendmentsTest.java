package io.kvorum.storage.version;

import static io.kvorum.storage.version.Histories.draft;
import static io.kvorum.storage.version.Histories.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.version.Amendments.Arrival;
import io.kvorum.storage.version.Amendments.Increased;
import io.kvorum.storage.version.Amendments.Outcome;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AmendmentsTest {
    private static Increased increment(byte @Nullable [] old, long actor, long stamp, long delta) {
        return Amendments.increment(old, draft(actor, stamp, ""), delta, 0);
    }

    @Test
    void an_increment_of_nothing_is_born_and_the_next_ones_amend_it() {
        Increased born = increment(null, 1, 1, 5);
        assertThat(born.outcome()).isEqualTo(Outcome.BORN);
        assertThat(born.amendment()).isNull();
        Increased again = increment(born.record(), 1, 2, -7);
        assertThat(again.outcome()).isEqualTo(Outcome.ADDED);
        assertThat(again.number()).isEqualTo(-2);
        assertThat(again.dot()).isEqualTo(new Dot(1, 1));
        assertThat(again.amendment()).isEqualTo(new Amendment.Increment(1, 2, -2));
        RecordBytes.check(again.record());
        Increased elsewhere = increment(born.record(), 2, 3, 10);
        assertThat(increment(Histories.merge(again.record(), elsewhere.record()), 3, 4, 0)
                        .number())
                .isEqualTo(8);
        byte[] deleted = Versions.write(again.record(), draft(1, 9, "").tombstone());
        Increased reborn = increment(deleted, 1, 10, 3);
        assertThat(reborn.outcome()).isEqualTo(Outcome.BORN);
        assertThat(RecordBytes.siblingCount(reborn.record())).isEqualTo(1);
    }

    @Test
    void incrementing_in_place_equals_the_long_way() {
        SplittableRandom random = new SplittableRandom(4);
        byte[] record = Versions.write(null, draft(1, 1, "-12").clientFlags(3).expireAtMillis(1000));
        for (int i = 2; i < 2000; i++) {
            long actor = random.nextInt(1, 4);
            long delta = random.nextLong() >> random.nextInt(64);
            Increased next = increment(record, actor, i, delta);
            if (next.outcome() == Outcome.OVERFLOW) {
                assertThat(next.record()).isSameAs(record);
                continue;
            }
            RecordModel model = RecordModel.of(record);
            Sibling only = model.siblings.get(0);
            model.siblings.set(0, only.withIncrement(actor, i, only.sumOf(actor) + delta));
            assertThat(next.record()).as("step %d", i).isEqualTo(model.encode());
            record = next.record();
        }
    }

    @Test
    void what_cannot_be_added_is_an_outcome_and_changes_nothing() {
        for (String text :
                List.of("", "-", "01", "+1", " 1", "1 ", "abc", "-0", "9223372036854775808", "1".repeat(21))) {
            byte[] record = Versions.write(null, draft(1, 1, text));
            Increased refused = increment(record, 1, 2, 1);
            assertThat(refused.outcome()).as(text).isEqualTo(Outcome.NOT_A_NUMBER);
            assertThat(refused.record()).isSameAs(record);
        }
        byte[] most = Versions.write(null, draft(1, 1, Long.toString(Long.MAX_VALUE)));
        assertThat(increment(most, 1, 2, 1).outcome()).isEqualTo(Outcome.OVERFLOW);
        assertThat(increment(most, 1, 2, -1).number()).isEqualTo(Long.MAX_VALUE - 1);
        byte[] least = Versions.write(null, draft(1, 1, Long.toString(Long.MIN_VALUE)));
        assertThat(increment(least, 1, 2, -1).outcome()).isEqualTo(Outcome.OVERFLOW);
        assertThat(increment(least, 1, 2, Long.MAX_VALUE).number()).isEqualTo(-1);
        byte[] bare = Versions.withoutValues(most);
        assertThat(increment(bare, 1, 2, -1).outcome()).isEqualTo(Outcome.NEEDS_BYTES);
        byte[] full = increment(null, 1, 1, Long.MAX_VALUE).record();
        assertThat(increment(full, 1, 2, 1).outcome()).isEqualTo(Outcome.OVERFLOW);
    }

    @Test
    void a_merge_that_leaves_64_bits_saturates_and_is_counted() {
        byte[] born = increment(null, 1, 1, 0).record();
        byte[] a = increment(born, 1, 2, Long.MAX_VALUE).record();
        byte[] b = increment(born, 2, 3, 10).record();
        int[] saturated = {0};
        byte[] merged = Merge.merge(a, b, new VersionObserver() {
            @Override
            public void counterSaturated() {
                saturated[0]++;
            }
        });
        assertThat(saturated[0]).isEqualTo(1);
        assertThat(Visible.values(merged, 0).get(0).bytes()).asString().isEqualTo(Long.toString(Long.MAX_VALUE));
        byte[] low = increment(increment(born, 3, 4, Long.MIN_VALUE).record(), 4, 5, 0)
                .record();
        byte[] lower =
                Histories.merge(low, increment(born, 5, 6, Long.MIN_VALUE).record());
        assertThat(Visible.values(lower, 0).get(0).bytes()).asString().isEqualTo(Long.toString(Long.MIN_VALUE));
    }

    @Test
    void expiry_amends_every_live_sibling_and_the_newer_wins() {
        byte[] two = put(Versions.write(null, draft(1, 1, "a").expireAtMillis(5)), draft(2, 2, "b"), Context.EMPTY);
        byte[] amended = Amendments.expire(two, 3, 3, 50, 0);
        assertThat(RecordBytes.siblings(amended))
                .extracting(Sibling::expireAtMillis)
                .containsExactly(50L, 50L);
        byte[] persisted = Amendments.expire(two, 3, 4, 0, 10);
        assertThat(RecordBytes.siblings(persisted))
                .extracting(Sibling::expireAtMillis)
                .containsExactly(0L, 5L);
        assertThat(RecordBytes.siblings(Histories.merge(amended, persisted)))
                .extracting(Sibling::expireAtMillis)
                .containsExactly(0L, 50L);
        assertThat(Versions.newestStamp(persisted)).isEqualTo(4);
        byte[] deleted = Versions.write(two, draft(1, 9, "").tombstone());
        assertThat(Amendments.expire(deleted, 1, 10, 50, 0)).isSameAs(deleted);
        assertThatThrownBy(() -> Amendments.expire(two, 3, 2, 7, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_amendment_alone_applies_waits_for_its_dot_or_learns_that_it_was_superseded() {
        byte[] record = Versions.write(null, draft(1, 5, "3"));
        Dot dot = new Dot(1, 5);
        Amendment add = new Amendment.Increment(2, 8, 4);
        Amendments.Arrived applied = Amendments.arrive(record, dot, add);
        assertThat(applied.arrival()).isEqualTo(Arrival.APPLIED);
        assertThat(applied.record()).isEqualTo(increment(record, 2, 8, 4).record());
        assertThat(Amendments.arrive(applied.record(), dot, add).record()).isSameAs(applied.record());
        assertThat(Amendments.arrive(null, dot, add).arrival()).isEqualTo(Arrival.UNKNOWN_DOT);
        assertThat(Amendments.arrive(record, new Dot(1, 6), add).arrival()).isEqualTo(Arrival.UNKNOWN_DOT);
        byte[] later = Versions.write(record, draft(1, 9, "new"));
        assertThat(Amendments.arrive(later, dot, add).arrival()).isEqualTo(Arrival.SUPERSEDED);
        byte[] listed = put(null, draft(9, 9, "new"), new Context(VersionVector.EMPTY, List.of(dot)));
        assertThat(Amendments.arrive(listed, dot, add).arrival()).isEqualTo(Arrival.SUPERSEDED);
    }

    @Test
    void amendments_read_back_as_they_were_written_and_refuse_what_they_never_wrote() {
        List<Amendment> amendments = List.of(new Amendment.Expiry(7, -2, 0), new Amendment.Increment(3, 9, -1));
        for (Amendment amendment : amendments) {
            ByteWriter out = new ByteWriter(25);
            amendment.encode(out);
            assertThat(out.size()).isEqualTo(25);
            assertThat(Amendment.decode(new ByteReader(out.toByteArray()))).isEqualTo(amendment);
        }
        List<ByteWriter> wrong = List.of(
                new ByteWriter(8).u8(3),
                new ByteWriter(32).u8(1).u64(0).u64(1).u64(1),
                new ByteWriter(32).u8(1).u64(1).u64(0).u64(1),
                new ByteWriter(32).u8(1).u64(1).u64(1).u64(-1),
                new ByteWriter(32).u8(2).u64(1).u64(-1).u64(1));
        for (ByteWriter out : wrong) {
            assertThatThrownBy(() -> Amendment.decode(new ByteReader(out.toByteArray())))
                    .isInstanceOf(DecodeException.class);
        }
    }
}
