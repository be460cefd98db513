package io.kvorum.server.reaping;

import static io.kvorum.server.reaping.ReapingBench.GRACE;
import static io.kvorum.server.reaping.ReapingBench.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.MessageType;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** When what is dead goes, and when it stays. */
final class ReapingTest {
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final List<Integer> NOBODY = List.of();

    private final ReapingBench bench = new ReapingBench();
    private final String key = bench.key(0);

    private void deleteEverywhere() {
        var unused = bench.write(0, key, "value");
        bench.spread(key);
        unused = bench.delete(0, key);
        bench.spread(key);
    }

    /** From an agreement until what was agreed upon has gone, with room for each step. */
    private void passRound() {
        bench.pass(GRACE / 2 + 3 * HOUR);
    }

    @Test
    void what_all_owners_deleted_goes_everywhere_half_a_grace_after_they_agreed_and_not_before() {
        deleteEverywhere();
        bench.pass(GRACE + GRACE / 2);
        assertThat(bench.holders(key)).as("the grace alone is not enough").isEqualTo(ALL);
        bench.pass(3 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
        assertThat(bench.nodes.get(0).counters.reaped()).isEqualTo(1);
        assertThat(bench.nodes.get(0).counters.waiting()).isZero();
    }

    @Test
    void expired_value_goes_a_grace_after_its_end() {
        var unused = bench.write(1, key, "value", bench.millis + 10 * HOUR);
        bench.spread(key);
        bench.pass(GRACE + GRACE / 2 + 3 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.pass(11 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void many_go_in_several_steps_and_what_lives_stays() {
        for (int i = 0; i < 20; i++) {
            String each = bench.key(i);
            var unused = bench.write(0, each, "value");
            if (i % 2 == 0) {
                unused = bench.delete(0, each);
            }
            bench.spread(each);
        }
        bench.pass(GRACE);
        passRound();
        for (int i = 0; i < 20; i++) {
            assertThat(bench.holders(bench.key(i))).isEqualTo(i % 2 == 0 ? NOBODY : ALL);
        }
        assertThat(bench.nodes.get(0).counters.reaped()).isEqualTo(10);
    }

    @Test
    void dead_sibling_beside_a_live_one_stays() {
        var unused = bench.delete(0, key);
        unused = bench.write(1, key, "value");
        bench.spread(key);
        byte[] before = bench.record(0, key);
        bench.pass(GRACE);
        passRound();
        assertThat(bench.record(2, key)).isEqualTo(before);
    }

    @Test
    void owner_that_has_something_else_keeps_it_from_going() {
        deleteEverywhere();
        // Node 2 has not heard of the delete.
        String other = bench.key(1);
        var unused = bench.write(0, other, "value");
        bench.spread(other);
        unused = bench.delete(0, other);
        bench.merge(1, bench.record(0, other), other);
        bench.pass(GRACE);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
        assertThat(bench.holders(other)).isEqualTo(ALL);
        assertThat(bench.isLive(2, other)).isTrue();
        bench.spread(other);
        assertThat(bench.isLive(2, other)).isFalse();
        passRound();
        assertThat(bench.holders(other)).isEqualTo(NOBODY);
    }

    @Test
    void hint_that_anybody_keeps_for_the_partition_blocks_until_it_is_handed_over() {
        var unused = bench.write(0, key, "value");
        bench.spread(key);
        // While node 2 was away, node 3 kept the value for it; the delete came to node 2 by other means.
        var hinted = bench.write(1, key, "newer");
        bench.hint(2, hinted, key);
        bench.spread(key);
        unused = bench.delete(0, key);
        bench.spread(key);
        bench.pass(3 * GRACE);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.handOff(2, key);
        assertThat(bench.isLive(2, key)).isFalse();
        bench.pass(GRACE / 2 - HOUR);
        assertThat(bench.holders(key))
                .as("what was read from the hint is still young")
                .isEqualTo(ALL);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void member_that_does_not_say_what_it_keeps_blocks() {
        deleteEverywhere();
        bench.pass(GRACE + HOUR);
        bench.silent.add(3);
        bench.pass(3 * GRACE);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.silent.clear();
        bench.pass(HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void owner_that_is_away_blocks() {
        deleteEverywhere();
        bench.silent.add(1);
        bench.pass(3 * GRACE);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.silent.clear();
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void owner_that_has_not_settled_its_copy_blocks() {
        deleteEverywhere();
        bench.unsettled.get(2).set(0);
        bench.viewsChange();
        bench.pass(3 * GRACE);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.unsettled.get(2).clear();
        bench.viewsChange();
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    /** It would still take frames from before the agreement. */
    @Test
    void member_whose_clock_is_behind_blocks_until_it_has_caught_up() {
        bench.nodes.get(3).skewMillis = -5 * HOUR;
        deleteEverywhere();
        bench.pass(GRACE);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.pass(5 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void key_that_is_written_again_while_its_time_runs_stays() {
        deleteEverywhere();
        bench.pass(GRACE + 2 * HOUR);
        var unused = bench.write(1, key, "again");
        passRound();
        assertThat(bench.isLive(1, key)).isTrue();
        bench.spread(key);
        assertThat(ALL).allMatch(node -> bench.isLive(node, key));
    }

    @Test
    void key_that_is_deleted_again_while_its_time_runs_is_remembered_for_a_grace_from_then() {
        deleteEverywhere();
        bench.pass(GRACE + 2 * HOUR);
        var unused = bench.write(1, key, "again");
        unused = bench.delete(1, key);
        bench.spread(key);
        bench.pass(GRACE);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void value_that_comes_late_from_before_the_delete_changes_nothing() {
        byte[] old = bench.write(0, key, "value");
        bench.spread(key);
        var unused = bench.delete(0, key);
        bench.spread(key);
        bench.pass(GRACE + 2 * HOUR);
        bench.merge(2, old, key);
        assertThat(bench.isLive(2, key)).isFalse();
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    /** Else it would take the value and hand it on as new, when the others have forgotten that it was deleted. */
    @Test
    void owner_that_has_nothing_is_given_the_tombstone_and_a_value_that_comes_late_finds_it_there() {
        byte[] old = bench.write(0, key, "value");
        var unused = bench.delete(0, key);
        bench.merge(1, bench.record(0, key), key);
        bench.pass(GRACE + 3 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.merge(2, old, key);
        assertThat(bench.isLive(2, key)).isFalse();
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void owner_that_lost_the_tombstone_after_it_agreed_keeps_it_from_going_until_it_has_it_again() {
        byte[] old = bench.write(0, key, "value");
        bench.spread(key);
        var unused = bench.delete(0, key);
        bench.spread(key);
        bench.pass(GRACE + 2 * HOUR);
        bench.nodes.get(2).engine.drop(0);
        bench.nodes.get(2).engine.settle(0);
        bench.merge(2, old, key);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.spread(key);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    /** Its machine may lose power, and have the value again. */
    @Test
    void owner_that_has_the_tombstone_in_memory_alone_does_not_agree_until_it_is_on_disk() {
        var unused = bench.write(0, key, "value");
        bench.spread(key);
        bench.nodes.get(2).stall();
        unused = bench.delete(0, key);
        bench.spread(key);
        bench.pass(GRACE);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.nodes.get(2).goOn();
        bench.pass(GRACE / 2 - HOUR);
        assertThat(bench.holders(key)).as("agreed upon from now on").isEqualTo(ALL);
        bench.pass(4 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    /** It is the last to let it go, but may come back with the value after that. */
    @Test
    void who_leads_the_round_does_not_agree_either_until_the_tombstone_is_on_its_own_disk() {
        var unused = bench.write(0, key, "value");
        bench.spread(key);
        bench.nodes.get(0).stall();
        unused = bench.delete(0, key);
        bench.spread(key);
        bench.pass(GRACE);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(ALL);
        bench.nodes.get(0).goOn();
        bench.pass(GRACE / 2 - HOUR);
        assertThat(bench.holders(key)).as("agreed upon from now on").isEqualTo(ALL);
        bench.pass(4 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void what_not_all_are_known_to_have_let_go_is_given_back_to_them_and_goes_with_the_next_round() {
        deleteEverywhere();
        bench.pass(GRACE + GRACE / 2 - HOUR);
        bench.lostOnce = MessageType.REAP;
        bench.pass(5 * HOUR);
        assertThat(bench.holders(key)).isEqualTo(ALL);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void what_the_first_owner_has_not_got_another_sees_to_a_grace_later() {
        var unused = bench.delete(1, key);
        bench.pass(GRACE);
        passRound();
        assertThat(bench.holders(key)).isEqualTo(List.of(1));
        bench.pass(GRACE);
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void wiped_owner_gets_the_tombstone_back_and_it_goes_all_the_same() {
        deleteEverywhere();
        bench.pass(GRACE + 2 * HOUR);
        bench.nodes.get(2).engine.drop(0);
        bench.unsettled.get(2).set(0);
        bench.viewsChange();
        bench.pass(HOUR);
        bench.spread(key);
        bench.nodes.get(2).engine.settle(0);
        bench.unsettled.get(2).clear();
        bench.viewsChange();
        passRound();
        assertThat(bench.holders(key)).isEqualTo(NOBODY);
    }

    @Test
    void long_vector_is_truncated_everywhere_alike_and_its_value_stays() {
        for (int i = 0; i < 15; i++) {
            var unused = bench.write(i % 3, key, "value " + i);
            bench.nodes.get(i % 3).engine.retireActor(0);
            bench.spread(key);
        }
        byte[] before = Objects.requireNonNull(bench.record(0, key));
        assertThat(RecordBytes.vectorCount(before)).isEqualTo(15);
        bench.pass(GRACE);
        passRound();
        byte[] after = Objects.requireNonNull(bench.record(0, key));
        assertThat(RecordBytes.vectorCount(after)).isEqualTo(RecordBytes.VECTOR_TRUNCATE_ABOVE);
        assertThat(bench.record(1, key)).isEqualTo(after);
        assertThat(bench.record(2, key)).isEqualTo(after);
        assertThat(bench.isLive(0, key)).isTrue();
        assertThat(Merge.merge(after, before, VersionObserver.NONE))
                .as("an old copy adds what it knows")
                .isEqualTo(before);
    }

    @Test
    void rest_is_quiet_where_nothing_is_dead() {
        var unused = bench.write(0, key, "value");
        bench.spread(key);
        bench.silent.addAll(List.of(1, 2, 3));
        bench.pass(2 * GRACE);
        assertThat(bench.nodes.get(0).counters.waiting()).isZero();
        assertThat(bench.nodes.get(0).counters.reaped()).isZero();
    }
}
