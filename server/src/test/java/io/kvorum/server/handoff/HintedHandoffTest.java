package io.kvorum.server.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.handoff.HintedHandoff.Reply;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One test a promise; target 1, and what is wanted of the outside written down. */
final class HintedHandoffTest {
    private static final int SENDS_MAX = 2;

    private final HandoffCounters counters = new HandoffCounters();
    private final HintedHandoff handoff =
            new HintedHandoff(new HandoffPolicy(SENDS_MAX, 10_000, 2, 100, 1_000), counters);
    private final List<String> effects = new ArrayList<>();
    private final Map<Long, byte[]> sent = new LinkedHashMap<>();
    private final List<BareHints.Note> notes = new ArrayList<>();
    private long held;
    private long lastId;

    private final HandoffEffects recorder = new HandoffEffects() {
        @Override
        public long held(int target) {
            return held;
        }

        @Override
        public void scan(int target, long fromPositionHigh, int bytesMax) {
            effects.add("scan " + target + " from " + fromPositionHigh);
        }

        @Override
        public void send(int target, long id, byte[] record) {
            effects.add("send " + name(record));
            sent.put(id, record);
            lastId = id;
        }

        @Override
        public void remove(int target, long id, byte[] record) {
            effects.add("remove " + name(record));
        }

        @Override
        public List<BareHints.Note> noted(int target, int max) {
            return List.copyOf(notes.subList(0, Math.min(max, notes.size())));
        }

        @Override
        public void send(int target, long id, BareHints.Note note) {
            effects.add("send own " + new String(note.key().bytes(), StandardCharsets.US_ASCII));
            lastId = id;
        }

        @Override
        public void done(int target, BareHints.Note note) {
            effects.add("done " + new String(note.key().bytes(), StandardCharsets.US_ASCII));
            notes.remove(note);
        }
    };

    @Test
    void what_is_kept_flows_to_its_target_when_it_is_back_and_goes_when_that_holds_it() {
        held = 1;
        handoff.advance(0, recorder);
        assertEffects();
        handoff.onUp(1, 0, recorder);
        assertEffects("scan 1 from 0");
        handoff.onScanned(1, part(true, "a"), 0, recorder);
        assertEffects("send a");
        handoff.onAnswer(1, lastId, Reply.MERGED, 0, recorder);
        assertEffects("remove a");
        held = 0;
        handoff.onRemoved(1, lastId, true, 0, recorder);
        assertEffects();
        handoff.advance(10_000, recorder);
        assertEffects();
        assertThat(counters.handedOff()).isEqualTo(1);
    }

    @Test
    void a_hint_that_was_merged_into_meanwhile_is_sent_again() {
        up("a");
        handoff.onAnswer(1, lastId, Reply.MERGED, 0, recorder);
        assertEffects("send a", "remove a");
        handoff.onRemoved(1, lastId, false, 0, recorder);
        assertEffects();
        handoff.advance(100, recorder);
        assertEffects("scan 1 from 0");
    }

    @Test
    void what_was_not_taken_or_whose_answer_was_lost_stays_and_is_sent_again_after_a_rest() {
        up("a");
        handoff.onAnswer(1, lastId, Reply.LATER, 0, recorder);
        assertEffects("send a");
        handoff.advance(99, recorder);
        assertEffects();
        handoff.advance(100, recorder);
        assertEffects("scan 1 from 0");
        handoff.onScanned(1, part(true, "a"), 100, recorder);
        handoff.onAnswer(1, lastId, Reply.LATER, 100, recorder);
        assertEffects("send a");
        handoff.advance(299, recorder);
        assertEffects();
        handoff.advance(300, recorder);
        assertEffects("scan 1 from 0");
        assertThat(counters.refused()).isEqualTo(2);
    }

    @Test
    void a_target_that_is_back_again_is_not_left_to_rest() {
        up("a");
        handoff.onDown(1);
        handoff.onAnswer(1, lastId, Reply.LATER, 0, recorder);
        handoff.advance(10_000, recorder);
        assertEffects("send a");
        handoff.onUp(1, 10_000, recorder);
        assertEffects("scan 1 from 0");
    }

    @Test
    void no_more_are_under_way_than_may_be_and_the_next_part_is_read_when_the_last_is_sent() {
        held = 4;
        handoff.onUp(1, 0, recorder);
        handoff.onScanned(1, part(false, "a", "b", "c"), 0, recorder);
        assertEffects("scan 1 from 0", "send a", "send b");
        long first = sent.keySet().iterator().next();
        handoff.onAnswer(1, first, Reply.MERGED, 0, recorder);
        assertEffects("remove a");
        handoff.onRemoved(1, first, true, 0, recorder);
        assertEffects("send c", "scan 1 from 77");
    }

    @Test
    void a_hint_that_is_never_taken_is_parked_and_holds_up_nobody() {
        held = 2;
        handoff.onUp(1, 0, recorder);
        handoff.onScanned(1, part(true, "poison", "a"), 0, recorder);
        assertEffects("scan 1 from 0", "send poison", "send a");
        List<Long> ids = List.copyOf(sent.keySet());
        handoff.onAnswer(1, ids.get(0), Reply.NEVER, 0, recorder);
        assertThat(counters.parked()).isEqualTo(1);
        handoff.onAnswer(1, ids.get(1), Reply.MERGED, 0, recorder);
        handoff.onRemoved(1, ids.get(1), true, 0, recorder);
        held = 1;
        handoff.advance(0, recorder);
        assertEffects("remove a", "scan 1 from 0");
        handoff.onScanned(1, part(true, "poison"), 0, recorder);
        handoff.advance(999, recorder);
        assertEffects();
    }

    @Test
    void a_parked_hint_that_something_was_merged_into_is_tried_again() {
        up("poison");
        handoff.onAnswer(1, lastId, Reply.NEVER, 0, recorder);
        handoff.advance(0, recorder);
        handoff.onScanned(1, part(true, "poison"), 0, recorder);
        handoff.advance(1_000, recorder);
        assertEffects("send poison", "scan 1 from 0", "scan 1 from 0");
        handoff.onScanned(1, new HintStore.Part(List.of(record("poison", 2)), true, 0), 1_000, recorder);
        assertEffects("send poison");
        assertThat(counters.parked()).isZero();
    }

    @Test
    void hints_that_cannot_be_read_are_read_again_after_a_rest() {
        held = 1;
        handoff.onUp(1, 0, recorder);
        handoff.onScanned(1, null, 0, recorder);
        handoff.advance(99, recorder);
        assertEffects("scan 1 from 0");
        handoff.advance(100, recorder);
        assertEffects("scan 1 from 0");
    }

    @Test
    void the_own_record_of_a_bare_hint_is_sent_and_the_note_goes_when_it_is_held() {
        notes.add(new BareHints.Note(new KeyRef(0, 0, 0, new byte[] {'k'}), 1));
        handoff.onUp(1, 0, recorder);
        assertEffects("send own k");
        handoff.onAnswer(1, lastId, Reply.LATER, 0, recorder);
        handoff.advance(100, recorder);
        assertEffects("send own k");
        handoff.onAnswer(1, lastId, Reply.MERGED, 100, recorder);
        assertEffects("done k");
        handoff.advance(10_000, recorder);
        assertEffects();
    }

    @Test
    void a_hint_that_cannot_be_taken_now_for_its_own_sake_holds_up_no_other_and_is_tried_in_the_next_pass() {
        held = 3;
        handoff.onUp(1, 0, recorder);
        handoff.onScanned(1, part(false, "a", "b"), 0, recorder);
        assertEffects("scan 1 from 0", "send a", "send b", "scan 1 from 77");
        List<Long> ids = List.copyOf(sent.keySet());
        handoff.onAnswer(1, ids.get(0), Reply.ASIDE, 0, recorder);
        handoff.onAnswer(1, ids.get(1), Reply.MERGED, 0, recorder);
        handoff.onRemoved(1, ids.get(1), true, 0, recorder);
        handoff.onScanned(1, part(true, "c"), 0, recorder);
        assertEffects("remove b", "send c");
        handoff.onAnswer(1, lastId, Reply.MERGED, 0, recorder);
        handoff.onRemoved(1, lastId, true, 0, recorder);
        assertEffects("remove c");
        handoff.advance(99, recorder);
        assertEffects();
        handoff.advance(100, recorder);
        assertEffects("scan 1 from 0");
    }

    @Test
    void hints_that_cannot_be_taken_are_tried_less_and_less_often() {
        up("a");
        long now = 0;
        long rest = 100;
        for (int pass = 0; pass < 5; pass++) {
            assertEffects("send a");
            handoff.onAnswer(1, lastId, Reply.ASIDE, now, recorder);
            handoff.advance(now + rest - 1, recorder);
            assertEffects();
            now += rest;
            rest = Math.min(1_000, 2 * rest);
            handoff.advance(now, recorder);
            assertEffects("scan 1 from 0");
            handoff.onScanned(1, part(true, "a"), now, recorder);
        }
    }

    @Test
    void what_others_own_by_now_does_not_wait_for_a_target_that_is_away() {
        held = 2;
        notes.add(new BareHints.Note(new KeyRef(0, 0, 0, new byte[] {'n'}), 1));
        handoff.onDown(1);
        handoff.onOwnersChanged(1, 0, recorder);
        handoff.onScanned(1, part(true, "waits", "moved"), 0, recorder);
        assertEffects("scan 1 from 0", "send waits", "send moved");
        List<Long> ids = List.copyOf(sent.keySet());
        handoff.onAnswer(1, ids.get(0), Reply.AWAITED, 0, recorder);
        handoff.onAnswer(1, ids.get(1), Reply.MERGED, 0, recorder);
        handoff.onRemoved(1, ids.get(1), true, 0, recorder);
        assertEffects("remove moved");
        assertThat(counters.refused()).as("what waits was sent to nobody").isZero();
        handoff.advance(100_000, recorder);
        assertEffects();
        handoff.onOwnersChanged(1, 100_000, recorder);
        assertEffects("scan 1 from 0");
    }

    @Test
    void what_its_present_owners_do_not_take_is_tried_again_though_the_target_is_away() {
        held = 1;
        handoff.onDown(1);
        handoff.onOwnersChanged(1, 0, recorder);
        handoff.onScanned(1, part(true, "moved"), 0, recorder);
        handoff.onAnswer(1, lastId, Reply.ASIDE, 0, recorder);
        assertEffects("scan 1 from 0", "send moved");
        handoff.advance(999, recorder);
        assertEffects();
        handoff.advance(1_000, recorder);
        assertEffects("scan 1 from 0");
    }

    private void up(String key) {
        held = 1;
        handoff.onUp(1, 0, recorder);
        handoff.onScanned(1, part(true, key), 0, recorder);
        effects.remove("scan 1 from 0");
    }

    private static HintStore.Part part(boolean isLast, String... keys) {
        List<byte[]> records = new ArrayList<>();
        for (String key : keys) {
            records.add(record(key, 1));
        }
        return new HintStore.Part(records, isLast, isLast ? 0 : 77);
    }

    private static byte[] record(String key, long stamp) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        return Versions.write(
                null,
                new Draft().key(bytes, 0, bytes.length).dot(1, stamp).value(bytes, 0, bytes.length),
                Context.EMPTY,
                VersionObserver.NONE);
    }

    private static String name(byte[] record) {
        return new String(RecordBytes.key(record), StandardCharsets.US_ASCII);
    }

    private void assertEffects(String... expected) {
        assertThat(effects).containsExactly(expected);
        effects.clear();
    }
}
