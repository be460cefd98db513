package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import org.junit.jupiter.api.Test;

/**
 * Owners 0 and 1 of three, which node 2 is about to join: whoever has heard that it has settled may ask, or write to, so few
 * that the others must count it before they have heard.
 */
class GrowingQuorumTest {
    @Test
    void a_write_that_reads_of_one_owner_are_to_find_waits_for_the_newcomer() {
        Bench bench = growing(1, 3);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        assertThat(bench.takeEffects()).containsExactly("WRITE to 1", "WRITE to 2");
        bench.deliver(1);
        assertThat(bench.takeEffects())
                .as("whoever reads node 2 alone would miss it")
                .isEmpty();
        bench.reply(2, new WriteAnswer(WriteAnswer.Status.ARRIVING));
        assertThat(bench.takeEffects()).containsExactly("written apple");
        assertThat(bench.wheel.isEmpty()).isTrue();
    }

    @Test
    void a_newcomer_that_has_not_heard_of_it_has_yet_to_compare_and_holds_no_write_up() {
        Bench bench = growing(1, 3);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        bench.reply(2, new WriteAnswer(WriteAnswer.Status.NOT_OWNER));
        bench.deliver(1);
        assertThat(bench.takeEffects()).endsWith("written apple");
    }

    @Test
    void a_write_that_the_newcomer_does_not_take_is_in_doubt() {
        Bench bench = growing(1, 3);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        bench.deliver(1);
        bench.lose(2);
        assertThat(bench.takeEffects())
                .last()
                .isEqualTo("INDOUBT write reached 2 of 3 replicas within 0 ms; it may still become visible");
        bench.write(key, "pear", 0);
        bench.pass(1001);
        assertThat(bench.takeEffects())
                .last()
                .isEqualTo("INDOUBT write reached 1 of 2 replicas within 1001 ms; it may still become visible");
    }

    @Test
    void a_write_that_needs_a_newcomer_which_is_away_is_refused_before_anything_is_touched() {
        Bench bench = growing(1, 3);
        KeyRef key = bench.key("cart:1");
        bench.reachable[2] = false;
        bench.write(key, "apple", 0);
        assertThat(bench.takeEffects())
                .containsExactly("CLUSTERDOWN need 3 of 3 replicas for writes while one joins, 2 reachable");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_read_that_writes_of_one_owner_are_to_reach_asks_the_newcomer() {
        Bench bench = growing(3, 1);
        KeyRef key = bench.key("cart:1");
        bench.writeAt(2, key, "apple");
        bench.read(key, 0);
        assertThat(bench.takeEffects()).containsExactly("READ to 1", "READ to 2");
        bench.deliver(1);
        assertThat(bench.takeEffects())
                .as("node 2 may have settled, and taken a write")
                .isEmpty();
        bench.reply(
                2, new ReadAnswer(ReadAnswer.Status.DIFFERENT, bench.replica(2).read(key)));
        assertThat(bench.takeEffects()).contains("read apple");
    }

    @Test
    void a_newcomer_that_does_not_answer_for_the_partition_yet_has_taken_no_write_alone() {
        Bench bench = growing(3, 1);
        KeyRef key = bench.key("cart:1");
        bench.writeAt(1, key, "apple");
        bench.read(key, 0);
        bench.reply(2, new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null));
        bench.deliver(1);
        assertThat(bench.takeEffects()).contains("read apple");
        bench.read(key, 0);
        bench.deliver(1);
        bench.takeEffects();
        bench.lose(2);
        assertThat(bench.takeEffects()).containsExactly("TRYAGAIN read needs 3 replicas, 2 answered");
        bench.reachable[2] = false;
        bench.read(key, 0);
        assertThat(bench.takeEffects())
                .containsExactly("CLUSTERDOWN need 3 of 3 replicas for reads while one joins, 2 reachable");
    }

    @Test
    void majorities_ask_no_newcomer_and_wait_for_none() {
        Bench bench = growing(2, 2);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        bench.deliver(1);
        assertThat(bench.takeEffects()).endsWith("written apple");
        bench.read(key, 0);
        assertThat(bench.takeEffects()).containsExactly("READ to 1");
    }

    @Test
    void what_a_newcomer_that_nobody_waits_for_does_not_take_is_noted_for_it() {
        Bench bench = growing(2, 2);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        bench.deliver(1);
        bench.reply(2, new WriteAnswer(WriteAnswer.Status.ARRIVING));
        assertThat(bench.bare).as("it took it").isEmpty();
        bench.write(key, "pear", 0);
        bench.deliver(1);
        bench.reply(2, new WriteAnswer(WriteAnswer.Status.NOT_OWNER));
        assertThat(bench.bare).as("it has yet to compare").isEmpty();
        bench.write(key, "plum", 0);
        bench.deliver(1);
        bench.reply(2, new WriteAnswer(WriteAnswer.Status.BUSY));
        assertThat(bench.bare).containsExactly(2);
        bench.write(key, "fig", 0);
        bench.deliver(1);
        bench.lose(2);
        assertThat(bench.bare).containsExactly(2, 2);
        bench.reachable[2] = false;
        bench.write(key, "quince", 0);
        bench.deliver(1);
        assertThat(bench.bare).containsExactly(2, 2, 2);
    }

    @Test
    void what_a_newcomer_that_counts_does_not_take_is_noted_for_it() {
        Bench bench = growing(1, 3);
        KeyRef key = bench.key("cart:1");
        bench.write(key, "apple", 0);
        bench.deliver(1);
        bench.lose(2);
        assertThat(bench.bare).containsExactly(2);
        bench.write(key, "pear", 0);
        bench.deliver(1);
        bench.pass(1001);
        assertThat(bench.bare).containsExactly(2, 2);
    }

    private static Bench growing(int r, int w) {
        Bench bench = new Bench(3, 3, r, w, 0);
        bench.growFrom(0, 1);
        return bench;
    }
}
