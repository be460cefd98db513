package io.kvorum.storage.version;

import static io.kvorum.storage.version.Histories.draft;
import static io.kvorum.storage.version.Histories.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VisibleTest {
    private final ValueSlice slice = new ValueSlice();

    private @Nullable String get(byte[] record, long nowMillis) {
        return Visible.plain(record, nowMillis, slice) ? new String(slice.bytes(), UTF_8) : null;
    }

    private static List<String> values(byte[] record, long nowMillis) {
        return Visible.values(record, nowMillis).stream()
                .map(value -> new String(value.bytes(), UTF_8))
                .toList();
    }

    private static byte[] add(byte @Nullable [] record, long actor, long millis, long delta) {
        Draft draft = draft(actor, Stamp.ofMillis(millis), "");
        return Amendments.increment(record, draft, delta, millis).record();
    }

    @Test
    void get_answers_the_newest_sibling_or_nil_where_that_is_a_tombstone_or_expired() {
        byte[] one = Versions.write(null, draft(1, 1, "old"));
        byte[] deleted = put(one, draft(2, 2, "").tombstone(), Context.EMPTY);
        assertThat(get(one, 0)).isEqualTo("old");
        assertThat(get(deleted, 0)).isNull();
        assertThat(values(deleted, 0)).containsExactly("old");
        byte[] passing = put(one, draft(2, 2, "new").expireAtMillis(100).clientFlags(5), Context.EMPTY);
        assertThat(get(passing, 99)).isEqualTo("new");
        assertThat(slice.expireAtMillis()).isEqualTo(100);
        assertThat(slice.clientFlags()).isEqualTo(5);
        assertThat(slice.stamp()).isEqualTo(2);
        assertThat(get(passing, 100)).isNull();
        assertThat(values(passing, 99)).containsExactly("new", "old");
        assertThat(values(passing, 100)).containsExactly("old");
        assertThat(get(Versions.write(one, draft(1, 3, "").tombstone()), 0)).isNull();
    }

    @Test
    void equal_values_are_shown_once_and_increments_make_a_sibling_newer() {
        byte[] two = put(Versions.write(null, draft(1, 1, "7")), draft(2, 2, "7"), Context.EMPTY);
        assertThat(values(two, 0)).containsExactly("7");
        byte[] newer = Amendments.increment(two, draft(3, 3, ""), 5, 0).record();
        assertThat(values(newer, 0)).containsExactly("12", "7");
        byte[] other = Versions.write(null, draft(1, 1, "7"));
        byte[] counted = Amendments.increment(other, draft(4, 9, ""), 1, 0).record();
        byte[] merged = Histories.merge(newer, counted);
        assertThat(values(merged, 0)).containsExactly("8", "12");
        assertThat(get(merged, 0)).isEqualTo("8");
    }

    @Test
    void counters_born_apart_are_shown_as_their_sum() {
        byte[] merged = Histories.merge(add(null, 1, 10, 5), add(null, 2, 11, 7));
        assertThat(get(merged, 20)).isEqualTo("12");
        assertThat(values(merged, 20)).containsExactly("12");
        byte[] more = add(merged, 3, 20, 100);
        assertThat(get(more, 20)).isEqualTo("112");
        assertThat(slice.stamp()).isEqualTo(Stamp.ofMillis(20));
        byte[] concurrent = put(null, draft(4, Stamp.ofMillis(15), "set"), Context.EMPTY);
        assertThat(values(Histories.merge(more, concurrent), 20)).containsExactly("112", "set");
        assertThat(values(Histories.merge(merged, concurrent), 20)).containsExactly("set", "12");
    }

    @Test
    void an_expiry_governs_counters_born_apart_but_not_the_next_life() {
        byte[] known = Amendments.expire(add(null, 1, 10, 5), 1, Stamp.ofMillis(12), 100, 12);
        byte[] unknown = add(null, 2, 11, 7);
        byte[] group = Histories.merge(known, unknown);
        assertThat(get(group, 99)).isEqualTo("12");
        assertThat(slice.expireAtMillis()).isEqualTo(100);
        assertThat(get(group, 100)).isNull();
        assertThat(values(group, 100)).isEmpty();
        assertThat(Visible.deadSinceMillis(group, 99)).isEqualTo(Visible.LIVE);
        assertThat(Visible.deadSinceMillis(group, 200)).isEqualTo(100);
        byte[] reborn = add(null, 3, 150, 1);
        byte[] both = Histories.merge(group, reborn);
        assertThat(get(both, 160)).isEqualTo("1");
        byte[] amended = Amendments.expire(both, 3, Stamp.ofMillis(160), 300, 160);
        assertThat(get(amended, 200)).isEqualTo("1");
        assertThat(get(amended, 300)).isNull();
        byte[] known2 = add(group, 1, 150, 4);
        assertThat(RecordBytes.siblingCount(known2)).isEqualTo(1);
        assertThat(get(known2, 160)).isEqualTo("4");
    }

    @Test
    void dead_is_counted_from_the_latest_of_dot_expiry_and_amendment() {
        byte[] record = Versions.write(null, draft(1, Stamp.ofMillis(10), "x").expireAtMillis(50));
        assertThat(Visible.deadSinceMillis(record, 49)).isEqualTo(Visible.LIVE);
        assertThat(Visible.deadSinceMillis(record, 50)).isEqualTo(50);
        byte[] amended = Amendments.expire(record, 2, Stamp.ofMillis(40), 20, 40);
        assertThat(Visible.deadSinceMillis(amended, 60)).isEqualTo(40);
        byte[] deleted = put(record, draft(3, Stamp.ofMillis(70), "").tombstone(), Context.EMPTY);
        assertThat(Visible.hasLive(deleted, 45)).isTrue();
        assertThat(Visible.hasLive(deleted, 75)).isFalse();
        assertThat(Visible.deadSinceMillis(deleted, 75)).isEqualTo(70);
    }

    @Test
    void a_record_without_siblings_shows_nothing() {
        byte[] a = Versions.write(null, draft(1, 1, "a"));
        byte[] b = Versions.write(Versions.write(null, draft(1, 1, "a")), draft(2, 2, "b"));
        RecordModel model = RecordModel.of(b);
        model.siblings.clear();
        byte[] empty = model.encode();
        RecordBytes.check(empty);
        assertThat(get(empty, 0)).isNull();
        assertThat(Visible.deadSinceMillis(empty, 0)).isZero();
        assertThat(Histories.merge(empty, a)).isSameAs(empty);
        assertThat(get(Versions.write(empty, draft(1, 3, "c")), 0)).isEqualTo("c");
    }
}
