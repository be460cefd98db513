package io.kvorum.storage.version;

import static io.kvorum.storage.version.Histories.KEY;
import static io.kvorum.storage.version.Histories.bytes;
import static io.kvorum.storage.version.Histories.draft;
import static io.kvorum.storage.version.Histories.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VersionsTest {
    private final List<String> told = new ArrayList<>();
    private final VersionObserver observer = new VersionObserver() {
        @Override
        public void supersededForgotten(long actor, long stamp) {
            told.add("forgotten " + stamp);
        }

        @Override
        public void manySiblings(int count) {
            told.add("many " + count);
        }

        @Override
        public void siblingsSuperseded(int count) {
            told.add("superseded " + count);
        }
    };

    @Test
    void a_plain_write_built_in_one_go_equals_the_one_built_by_the_model() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 3000; run++) {
            byte[] old = null;
            for (int i = 1; i < 12; i++) {
                Draft draft = draft(random.nextLong() | 1, i, "x".repeat(random.nextInt(300)))
                        .clientFlags(random.nextInt(2))
                        .expireAtMillis(random.nextInt(2));
                if (random.nextInt(5) == 0) {
                    draft.tombstone();
                }
                if (old != null && random.nextBoolean()) {
                    draft.dot(RecordBytes.vector(old).actor(random.nextInt(RecordBytes.vectorCount(old))), i);
                }
                byte[] next = Versions.write(old, draft);
                assertThat(next).as("run %d", run).isEqualTo(Versions.rewrite(old, draft, new Sibling(draft)));
                RecordBytes.check(next);
                old = next;
            }
        }
    }

    @Test
    void a_plain_write_supersedes_every_sibling_and_a_blind_one_none() {
        byte[] one = Versions.write(null, draft(1, 1, "a"));
        byte[] two = put(one, draft(2, 2, "b"), Context.EMPTY);
        assertThat(RecordBytes.siblings(two)).extracting(Sibling::dot).containsExactly(new Dot(2, 2), new Dot(1, 1));
        byte[] three = Versions.write(two, draft(1, 3, "c"));
        assertThat(RecordBytes.siblings(three)).extracting(Sibling::dot).containsExactly(new Dot(1, 3));
        assertThat(RecordBytes.vector(three)).isEqualTo(VersionVector.of(1, 3).with(2, 2));
        assertThat(Versions.newestStamp(three)).isEqualTo(3);
        assertThat(Versions.newestStamp(null)).isZero();
    }

    @Test
    void a_stamp_that_is_not_newer_is_our_bug_and_loud() {
        byte[] one = Versions.write(null, draft(1, 5, "a"));
        assertThatThrownBy(() -> Versions.write(one, draft(1, 5, "b"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Versions.write(null, new Draft().key(KEY, 0, 3), Context.EMPTY, observer))
                .isInstanceOf(IllegalArgumentException.class);
        Context later = new Context(VersionVector.of(2, 7), List.of());
        assertThatThrownBy(() -> put(one, draft(1, 6, "b"), later)).isInstanceOf(IllegalArgumentException.class);
        Draft otherKey = new Draft().key(bytes("other"), 0, 5).dot(1, 9);
        assertThatThrownBy(() -> Versions.write(one, otherKey)).isInstanceOf(IllegalArgumentException.class);
        byte[] other = Versions.write(null, otherKey);
        assertThatThrownBy(() -> Merge.merge(one, other, observer)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_attempt_that_may_be_lost_keeps_what_it_superseded_in_its_context() {
        byte[] one = Versions.write(null, draft(1, 5, "a"));
        Context context = new Context(VersionVector.EMPTY, List.of(new Dot(1, 5)));

        assertThat(context.after(one, new Dot(1, 6)).dots()).containsExactly(new Dot(1, 6));
        Context attempt = context.withAttempt(new Dot(1, 6));
        assertThat(attempt.dots()).containsExactlyInAnyOrder(new Dot(1, 5), new Dot(1, 6));

        // The attempt is lost with its only copy; what it superseded is not, and the retry finds it.
        byte[] retried = put(one, draft(2, 7, "b"), attempt);
        assertThat(RecordBytes.siblings(retried)).extracting(Sibling::dot).containsExactly(new Dot(2, 7));
    }

    @Test
    void a_dot_nobody_knows_is_listed_until_the_vector_covers_it() {
        Context context = new Context(VersionVector.EMPTY, List.of(new Dot(2, 5)));
        byte[] one = Versions.write(null, draft(1, 9, "a"));
        assertThat(context.hasDotUnknownTo(one)).isTrue();
        assertThat(context.hasDotUnknownTo(null)).isTrue();
        byte[] two = put(one, draft(1, 10, "b"), context);
        assertThat(RecordBytes.superseded(two)).containsExactly(new Dot(2, 5));
        assertThat(context.hasDotUnknownTo(two)).isFalse();
        assertThat(RecordBytes.context(two).dots()).containsExactly(new Dot(2, 5));
        assertThat(context.after(one, new Dot(1, 10)).dots()).containsExactly(new Dot(1, 10), new Dot(2, 5));
        byte[] late = Versions.write(null, draft(2, 5, "late"));
        byte[] merged = Histories.merge(two, late);
        assertThat(RecordBytes.siblings(merged)).extracting(Sibling::dot).contains(new Dot(1, 10));
        assertThat(RecordBytes.siblings(merged)).extracting(Sibling::dot).doesNotContain(new Dot(2, 5));
        assertThat(RecordBytes.supersededCount(merged)).isZero();
        assertThat(RecordBytes.superseded(Versions.write(two, draft(1, 11, "c"))))
                .containsExactly(new Dot(2, 5));
    }

    @Test
    void beyond_sixteen_superseded_dots_the_oldest_is_forgotten_and_counted() {
        byte[] record = null;
        for (int i = 1; i <= 18; i++) {
            Context context = new Context(VersionVector.EMPTY, List.of(new Dot(100 - i, i)));
            record = Versions.write(record, draft(1, 50 + i, "x"), context, observer);
        }
        assertThat(RecordBytes.supersededCount(Objects.requireNonNull(record))).isEqualTo(16);
        assertThat(told).containsExactly("forgotten 1", "forgotten 2");
    }

    @Test
    void siblings_are_reported_from_25_and_the_oldest_superseded_beyond_100() {
        byte[] record = null;
        for (int i = 1; i <= 101; i++) {
            record = Versions.write(record, draft(1, i, "x" + i), Context.EMPTY, observer);
        }
        byte[] full = Objects.requireNonNull(record);
        assertThat(told).startsWith("many 25").endsWith("superseded 1", "many 100");
        assertThat(RecordBytes.siblings(full)).extracting(Sibling::dot).doesNotContain(new Dot(1, 1));
        RecordBytes.check(full);
        byte[] other = null;
        for (int i = 1; i <= 50; i++) {
            other = put(other, draft(2, i, "y" + i), Context.EMPTY);
        }
        assertThat(RecordBytes.siblingCount(Histories.merge(full, other))).isEqualTo(150);
    }

    @Test
    void truncation_drops_the_oldest_entries_that_cover_no_sibling_and_merges_with_lagging_amendments() {
        byte[] record = null;
        for (int i = 1; i <= 14; i++) {
            record = Versions.write(record, draft(i, Stamp.ofMillis(i), "7"));
        }
        byte[] full = Objects.requireNonNull(record);
        byte[] cut = Versions.truncate(full, 3);
        assertThat(RecordBytes.vectorCount(cut)).isEqualTo(12);
        assertThat(RecordBytes.vector(Versions.truncate(full, 1000)).actor(0)).isEqualTo(5);
        assertThat(Versions.truncate(Versions.truncate(full, 1000), 1000))
                .hasSize(RecordBytes.keyLength(full) + 16 + 160 + 4);
        assertThat(Versions.truncate(full, 0)).isSameAs(full);
        byte[] counted = Amendments.increment(cut, draft(20, Stamp.ofMillis(20), ""), 3, 0)
                .record();
        byte[] merged = Histories.merge(counted, full);
        assertThat(RecordBytes.vectorCount(merged)).isEqualTo(14);
        assertThat(new String(Visible.values(merged, 0).get(0).bytes(), UTF_8)).isEqualTo("10");
    }

    @Test
    void many_actors_need_longer_indexes_and_still_merge() {
        byte[] record = null;
        for (int i = 1; i <= 300; i++) {
            record = put(record, draft(i, i, "v"), i % 2 == 0 ? Context.EMPTY : full(record));
            RecordBytes.check(record);
        }
        byte[] first = Objects.requireNonNull(record);
        byte[] second = Versions.write(first, draft(300, 301, "w"));
        assertThat(Histories.merge(first, second)).isEqualTo(second);
        assertThat(RecordBytes.vectorCount(second)).isEqualTo(300);
    }

    private static Context full(byte @Nullable [] record) {
        return record == null ? Context.EMPTY : RecordBytes.context(record);
    }
}
