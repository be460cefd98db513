package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Five nodes, three owners: what fallbacks do in the place of owners that are away. One test a promise. */
class SloppyQuorumTest {
    private static final WriteAnswer HELD = new WriteAnswer(WriteAnswer.Status.MERGED);
    private static final WriteAnswer FULL = new WriteAnswer(WriteAnswer.Status.OUT_OF_MEMORY);
    private static final ReadAnswer NO_OPINION = new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null);

    private final Bench bench = new Bench(5, 3, 2, 2, 0);
    private final KeyRef key = ownKey();
    private final int[] owners = bench.view().owners(key.partition());
    private final int[] fallbacks = bench.view().fallbacks(key.partition());

    /** A key whose owners are 0, 1 and 2, in this order. */
    private KeyRef ownKey() {
        for (int i = 0; ; i++) {
            KeyRef candidate = bench.key("cart:" + i);
            if (bench.view().owners(candidate.partition())[0] == 0) {
                return candidate;
            }
        }
    }

    @Test
    void the_next_fallback_keeps_a_write_for_an_owner_that_is_down_and_counts_for_w() {
        down(owners[1]);
        down(owners[2]);
        bench.write(key, "apple", 0);
        assertThat(bench.takeEffects())
                .containsExactly("HINTED_WRITE to " + fallbacks[0], "HINTED_WRITE to " + fallbacks[1]);
        assertThat(hintTo(fallbacks[0]).target()).isEqualTo(bench.view().member(owners[1]));
        assertThat(hintTo(fallbacks[1]).target()).isEqualTo(bench.view().member(owners[2]));
        bench.reply(fallbacks[0], HELD);
        assertThat(bench.takeEffects()).containsExactly("written apple");
        bench.reply(fallbacks[1], HELD);
        assertThat(bench.bare).isEmpty();
        assertThat(bench.wheel.isEmpty()).isTrue();
    }

    @Test
    void under_strict_hints_are_kept_and_do_not_count() {
        down(owners[2]);
        bench.write(key, "apple", 2, true);
        bench.takeEffects();
        bench.reply(fallbacks[0], HELD);
        assertThat(bench.takeEffects()).isEmpty();
        bench.deliver(owners[1]);
        assertThat(bench.takeEffects()).containsExactly("written apple");
        assertThat(bench.bare).isEmpty();
    }

    @Test
    void under_strict_a_write_that_too_few_owners_can_take_is_refused_before_anything_is_touched() {
        down(owners[1]);
        down(owners[2]);
        bench.write(key, "apple", 2, true);
        assertThat(bench.takeEffects()).containsExactly("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
    }

    @Test
    void fallbacks_that_are_down_too_are_not_counted_on() {
        down(owners[1]);
        down(owners[2]);
        down(fallbacks[0]);
        down(fallbacks[1]);
        bench.write(key, "apple", 0);
        assertThat(bench.takeEffects()).containsExactly("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void an_owner_and_who_stands_in_for_it_count_once() {
        bench.healthy[owners[2]] = false;
        bench.refreshView();
        bench.write(key, "apple", 3);
        bench.takeEffects();
        bench.deliver(owners[2]);
        bench.reply(fallbacks[0], HELD);
        assertThat(bench.takeEffects()).isEmpty();
        bench.deliver(owners[1]);
        assertThat(bench.takeEffects()).containsExactly("written apple");
    }

    @Test
    void owners_that_are_silent_for_half_the_time_are_stood_in_for() {
        bench.write(key, "apple", 0);
        bench.takeEffects();
        bench.pass(501);
        assertThat(bench.takeEffects())
                .containsExactly("HINTED_WRITE to " + fallbacks[0], "HINTED_WRITE to " + fallbacks[1]);
        bench.reply(fallbacks[0], HELD);
        assertThat(bench.takeEffects()).containsExactly("written apple");
    }

    @Test
    void when_the_owners_are_lost_fallbacks_are_tried_before_the_quorum_fails() {
        bench.write(key, "apple", 0);
        bench.takeEffects();
        bench.lose(owners[1]);
        assertThat(bench.takeEffects()).isEmpty();
        bench.lose(owners[2]);
        assertThat(bench.takeEffects())
                .containsExactly("HINTED_WRITE to " + fallbacks[0], "HINTED_WRITE to " + fallbacks[1]);
        bench.reply(fallbacks[0], FULL);
        assertThat(bench.takeEffects()).isEmpty();
        bench.reply(fallbacks[1], HELD);
        assertThat(bench.takeEffects()).containsExactly("written apple");
        assertThat(bench.bare).containsExactly(owners[1]);
    }

    @Test
    void a_write_that_neither_owners_nor_fallbacks_take_is_in_doubt_and_says_how_many_are_hints() {
        down(owners[2]);
        bench.write(key, "apple", 3);
        bench.takeEffects();
        bench.reply(fallbacks[0], HELD);
        bench.pass(501);
        bench.pass(501);
        assertThat(bench.takeEffects().stream().filter(effect -> effect.startsWith("INDOUBT")))
                .containsExactly("INDOUBT write reached 2 of 3 replicas, 1 of them as a hint, within 1002 ms;"
                        + " it may still become visible");
        assertThat(bench.bare).containsExactly(owners[1]);
    }

    @Test
    void where_there_is_no_fallback_who_has_the_write_notes_what_an_owner_missed() {
        Bench three = new Bench(3, 3, 2, 2, 0);
        three.healthy[2] = false;
        three.reachable[2] = false;
        three.refreshView();
        three.write(three.key("k"), "apple", 0);
        assertThat(three.bare).isEmpty();
        three.deliver(1);
        assertThat(three.takeEffects()).containsExactly("WRITE to 1", "written apple");
        assertThat(three.bare).containsExactly(2);
    }

    @Test
    void an_owner_that_lets_the_deadline_pass_is_noted_too() {
        Bench three = new Bench(3, 3, 2, 2, 0);
        three.write(three.key("k"), "apple", 0);
        three.deliver(1);
        assertThat(three.bare).isEmpty();
        three.pass(1001);
        assertThat(three.bare).containsExactly(2);
    }

    @Test
    void a_write_that_all_owners_have_leaves_no_note() {
        bench.write(key, "apple", 0);
        bench.deliver(owners[1]);
        bench.deliver(owners[2]);
        assertThat(bench.bare).isEmpty();
    }

    @Test
    void a_read_merges_what_a_fallback_keeps_while_an_owner_is_away() {
        bench.writeAt(owners[1], key, "kept");
        byte[] kept = Objects.requireNonNull(bench.replica(owners[1]).read(key));
        bench.replica(owners[1]).engine().drop(key.partition());
        bench.replica(owners[1]).engine().settle(key.partition());
        down(owners[2]);
        bench.read(key, 0);
        assertThat(bench.takeEffects()).containsExactly("READ to " + owners[1], "HINTED_READ to " + fallbacks[0]);
        bench.deliver(owners[1]);
        assertThat(bench.takeEffects()).isEmpty();
        bench.reply(fallbacks[0], new ReadAnswer(ReadAnswer.Status.DIFFERENT, kept));
        assertThat(bench.takeEffects()).containsExactly("read kept", "repair of " + owners[1]);
        assertThat(bench.at(0, key)).isEqualTo("kept");
    }

    @Test
    void a_fallback_without_a_hint_has_no_opinion_and_does_not_count_for_r() {
        bench.writeAt(0, key, "apple");
        down(owners[2]);
        bench.read(key, 0);
        bench.takeEffects();
        bench.reply(fallbacks[0], NO_OPINION);
        assertThat(bench.takeEffects()).isEmpty();
        bench.lose(owners[1]);
        assertThat(bench.takeEffects()).containsExactly("TRYAGAIN read needs 2 replicas, 1 answered");
    }

    @Test
    void a_fallback_that_says_absent_is_not_believed() {
        bench.writeAt(0, key, "apple");
        down(owners[2]);
        bench.read(key, 0);
        bench.takeEffects();
        bench.reply(fallbacks[0], new ReadAnswer(ReadAnswer.Status.DIFFERENT, null));
        bench.lose(owners[1]);
        assertThat(bench.takeEffects()).containsExactly("TRYAGAIN read needs 2 replicas, 1 answered");
    }

    @Test
    void a_read_waits_for_a_silent_fallback_no_longer_than_for_a_late_owner() {
        bench.writeAt(0, key, "apple");
        down(owners[2]);
        bench.read(key, 0);
        bench.deliver(owners[1]);
        bench.takeEffects();
        bench.pass(25);
        assertThat(bench.takeEffects()).contains("read apple");
    }

    @Test
    void who_looks_at_all_copies_sees_what_fallbacks_keep_and_none_that_keep_nothing() {
        bench.writeAt(0, key, "kept");
        byte[] kept = Objects.requireNonNull(bench.replica(0).read(key));
        List<InspectCallback.Copy> seen = new ArrayList<>();
        bench.coordinator.inspect(key, Long.MAX_VALUE, seen::addAll);
        bench.deliver(owners[1]);
        bench.deliver(owners[2]);
        bench.reply(fallbacks[0], NO_OPINION);
        bench.reply(fallbacks[1], new ReadAnswer(ReadAnswer.Status.DIFFERENT, kept));
        assertThat(seen).extracting(InspectCallback.Copy::peer).containsExactly(0, 1, 2, fallbacks[1]);
        assertThat(seen).extracting(InspectCallback.Copy::hint).containsExactly(false, false, false, true);
    }

    /** Over the next connection its number may be that of somebody else's call. */
    @Test
    void who_looks_at_all_copies_does_not_forget_a_call_that_was_lost_once_more() {
        bench.coordinator.inspect(key, (1_000 + 500) * Bench.MILLI, copies -> bench.effects.add("seen"));
        bench.takeEffects();
        bench.lose(owners[1]);
        bench.deliver(owners[2]);
        bench.reply(fallbacks[0], NO_OPINION);
        bench.pass(501);
        assertThat(bench.takeEffects()).containsExactly("forget " + fallbacks[1], "seen");
    }

    private void down(int peer) {
        bench.healthy[peer] = false;
        bench.reachable[peer] = false;
        bench.refreshView();
    }

    private HintedWrite hintTo(int peer) {
        PeerMessage request = Objects.requireNonNull(bench.inFlight.get(peer)).request();
        return (HintedWrite) request;
    }

    @Test
    void owners_and_fallbacks_of_the_bench_are_what_the_tests_take_them_for() {
        assertThat(List.of(owners[0], owners[1], owners[2], fallbacks[0], fallbacks[1]))
                .containsExactly(0, 1, 2, 3, 4);
    }
}
