package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.engine.StorageEngine;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One test a promise, on a virtual clock, with the effects in their order. */
class CoordinatorTest {
    private final Bench bench = new Bench(3, 3, 2, 2, 0);
    private final KeyRef key = bench.key("cart:1");

    @Test
    void a_write_is_answered_when_w_owners_hold_it_its_own_copy_first() {
        bench.write(key, "apple", 0);
        assertThat(bench.at(0, key)).isEqualTo("apple");
        assertThat(bench.takeEffects()).containsExactlyInAnyOrder("WRITE to 1", "WRITE to 2");
        bench.deliver(2);
        assertThat(bench.takeEffects()).containsExactly("written apple");
        bench.deliver(1);
        assertThat(bench.takeEffects()).isEmpty();
        assertThat(bench.at(1, key)).isEqualTo("apple");
        assertThat(bench.wheel.isEmpty()).isTrue();
    }

    /** It gave its place up, which this node has not heard, and what it takes as a newcomer it may drop again. */
    @Test
    void a_write_taken_by_one_that_is_no_owner_any_more_does_not_count() {
        bench.write(key, "apple", 0);
        bench.takeEffects();
        bench.reply(1, new WriteAnswer(WriteAnswer.Status.ARRIVING));
        assertThat(bench.takeEffects()).isEmpty();
        bench.deliver(2);
        assertThat(bench.takeEffects()).containsExactly("written apple");
    }

    @Test
    void a_write_that_cannot_succeed_is_refused_before_anything_is_touched() {
        bench.healthy[1] = false;
        bench.reachable[2] = false;
        bench.refreshView();
        bench.write(key, "apple", 0);
        assertThat(bench.takeEffects()).containsExactly("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_write_whose_time_was_over_before_it_began_touches_nothing() {
        bench.writeWithin(key, "apple", 0);
        assertThat(bench.takeEffects())
                .containsExactly("TRYAGAIN the time was over before the write could begin; nothing was written");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
        assertThat(bench.wheel.isEmpty()).isTrue();
    }

    @Test
    void a_read_modify_write_that_stood_still_until_its_time_was_over_writes_nothing() {
        bench.modifyWithin(key, bench.set(key, "apple"), 10);
        bench.standStill(11);
        bench.deliver(bench.waitingFor().get(0));
        assertThat(bench.takeEffects())
                .contains("TRYAGAIN the time was over before the write could begin; nothing was written");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_write_that_reached_too_few_in_time_is_in_doubt_and_says_how_many_have_it() {
        bench.write(key, "apple", 0);
        bench.takeEffects();
        bench.pass(1001);
        assertThat(bench.takeEffects())
                .containsExactlyInAnyOrder(
                        "forget 1",
                        "missed 1",
                        "forget 2",
                        "missed 2",
                        "INDOUBT write reached 1 of 2 replicas within 1001 ms; it may still become visible");
    }

    /** What a slow node passed on comes late here, and must not spread distrust of healthy owners. */
    @Test
    void an_owner_that_was_asked_with_little_time_left_is_not_blamed() {
        bench.writeWithin(key, "apple", 240);
        bench.takeEffects();
        bench.pass(241);
        assertThat(bench.takeEffects())
                .containsExactlyInAnyOrder(
                        "forget 1",
                        "forget 2",
                        "INDOUBT write reached 1 of 2 replicas within 241 ms; it may still become visible");
        bench.modifyWithin(key, bench.set(key, "pear"), 120);
        bench.pass(50);
        bench.takeEffects();
        bench.pass(71);
        assertThat(bench.takeEffects()).contains("forget 1").noneMatch(effect -> effect.startsWith("missed"));
    }

    @Test
    void a_write_whose_owners_are_all_lost_is_in_doubt_at_once() {
        bench.write(key, "apple", 0);
        bench.takeEffects();
        bench.lose(1);
        bench.lose(2);
        assertThat(bench.takeEffects())
                .containsExactly("INDOUBT write reached 1 of 2 replicas within 0 ms; it may still become visible");
    }

    @Test
    void a_suspect_owner_is_sent_the_write_too_but_counts_for_nothing_beforehand() {
        bench.healthy[1] = false;
        bench.refreshView();
        bench.write(key, "apple", 0);
        bench.deliver(1);
        assertThat(bench.takeEffects()).contains("written apple");
        bench.deliver(2);
    }

    @Test
    void a_durable_write_is_refused_where_nothing_is_ever_on_disk() {
        bench.coordinator.write(
                key, bench.set(key, "apple"), new RequestOptions(0, 0, 1, false), Long.MAX_VALUE, new WriteCallback() {
                    @Override
                    public void onWritten(byte @Nullable [] record) {
                        bench.effects.add("written");
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        bench.effects.add(failure.kind().toString());
                    }
                });
        assertThat(bench.takeEffects()).containsExactly("ERR");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_read_asks_r_owners_and_answers_with_the_merge_then_repairs_who_was_stale() {
        bench.writeAt(0, key, "old");
        bench.read(key, 0);
        int asked = bench.waitingFor().get(0);
        bench.takeEffects();
        bench.writeAt(asked, key, "new");
        bench.deliver(asked);
        List<String> effects = bench.takeEffects();
        assertThat(effects.get(0)).isIn("read new", "read old");
        assertThat(effects).contains("repair of " + asked);
        assertThat(bench.replica(0).read(key)).isEqualTo(bench.replica(asked).read(key));
    }

    @Test
    void equal_copies_are_answered_without_sending_the_record_and_repair_nothing() {
        bench.write(key, "apple", 0);
        bench.deliver(1);
        bench.deliver(2);
        bench.takeEffects();
        bench.read(key, 3);
        bench.deliver(1);
        bench.deliver(2);
        assertThat(bench.takeEffects())
                .containsExactly("READ to 1", "READ to 2", "read apple")
                .doesNotContain("repair of 1", "repair of 2");
    }

    @Test
    void a_copy_that_may_have_forgotten_does_not_count_for_r_but_is_merged() {
        bench.writeAt(0, key, "apple");
        bench.read(key, 0);
        int asked = bench.waitingFor().get(0);
        bench.replica(asked).engine().drop(key.partition());
        bench.deliver(asked);
        int next = bench.waitingFor().get(0);
        assertThat(next).isNotEqualTo(asked);
        assertThat(bench.takeEffects()).doesNotContain("read apple");
        bench.deliver(next);
        assertThat(bench.takeEffects()).contains("read apple");
    }

    @Test
    void a_read_does_not_bring_back_what_was_flushed_from_an_owner_that_has_not_heard_of_it() {
        bench.writeAt(1, key, "old");
        bench.flushAt(0, key);
        bench.flushAt(2, key);
        bench.read(key, 3);
        bench.deliver(1);
        bench.deliver(2);
        assertThat(bench.takeEffects()).contains("read nothing").doesNotContain("read old");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_write_that_a_flush_elsewhere_takes_away_is_not_acknowledged() {
        bench.flushAt(1, key);
        bench.flushAt(2, key);
        bench.write(key, "apple", 0);
        for (int attempt = 0; attempt < 2; attempt++) {
            bench.deliver(1);
            bench.deliver(2);
        }
        assertThat(bench.takeEffects())
                .contains("INDOUBT write reached 1 of 2 replicas within 0 ms; it may still become visible");
    }

    @Test
    void a_read_shows_nothing_of_before_a_flush_that_an_answer_tells_of() {
        bench.writeAt(0, key, "old");
        bench.flushAt(1, key);
        bench.read(key, 2);
        bench.deliverTelling(1);
        assertThat(bench.takeEffects()).contains("read nothing").doesNotContain("read old");
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void an_owner_that_a_read_tells_of_a_flush_answers_without_what_that_took() {
        bench.writeAt(1, key, "old");
        bench.flushAt(0, key);
        bench.read(key, 2);
        bench.deliverTelling(1);
        assertThat(bench.takeEffects()).contains("read nothing");
        assertThat(bench.at(1, key)).isEqualTo("nothing");
    }

    @Test
    void a_write_that_a_flush_takes_is_made_once_more_when_an_answer_tells_of_that() {
        bench.flushAt(1, key);
        bench.write(key, "apple", 0);
        bench.deliverTelling(1);
        assertThat(bench.takeEffects()).doesNotContain("written apple").contains("forget 2");
        assertThat(bench.waitingFor()).containsExactly(1, 2);
        bench.deliverTelling(1);
        assertThat(bench.takeEffects()).contains("written apple");
        bench.deliverTelling(2);
        for (int peer = 0; peer < 3; peer++) {
            assertThat(bench.at(peer, key)).isEqualTo("apple");
        }
    }

    @Test
    void a_write_that_was_acknowledged_before_a_flush_was_heard_of_is_gone_with_it() {
        bench.write(key, "apple", 0);
        bench.deliver(1);
        assertThat(bench.takeEffects()).contains("written apple");
        bench.flushAt(2, key);
        bench.deliverTelling(2);
        assertThat(bench.waitingFor()).isEmpty();
        assertThat(bench.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void a_write_that_a_flush_took_is_in_doubt_where_it_cannot_be_made_again() {
        bench.flushAt(1, key);
        bench.write(key, "apple", 0);
        bench.disk.refusing = () -> StorageEngine.REFUSED_DISK;
        bench.deliverTelling(1);
        assertThat(bench.takeEffects())
                .contains("INDOUBT write reached 0 of 2 replicas within 0 ms; it may still become visible");
    }

    @Test
    void a_late_answer_makes_the_read_ask_one_more_owner() {
        bench.writeAt(0, key, "apple");
        bench.read(key, 0);
        int asked = bench.waitingFor().get(0);
        bench.pass(25);
        assertThat(bench.waitingFor()).containsExactly(1, 2);
        bench.deliver(3 - asked);
        assertThat(bench.takeEffects()).contains("read apple");
        bench.pass(500);
        assertThat(bench.takeEffects()).contains("missed " + asked);
    }

    @Test
    void a_read_that_hears_too_few_says_try_again() {
        bench.read(key, 0);
        bench.pass(25);
        bench.pass(600);
        assertThat(bench.takeEffects()).contains("TRYAGAIN read heard 1 of 2 replicas in time");
    }

    @Test
    void a_read_that_cannot_succeed_asks_nobody() {
        bench.reachable[1] = false;
        bench.unsettled.get(2).set(0, 8);
        bench.refreshView();
        bench.read(key, 0);
        assertThat(bench.takeEffects()).containsExactly("CLUSTERDOWN need 2 of 3 replicas for reads, 1 reachable");
    }

    @Test
    void read_modify_write_evaluates_what_r_owners_have_and_not_only_its_own_copy() {
        bench.writeAt(1, key, "from elsewhere");
        bench.read(key, 3);
        bench.takeEffects();
        bench.inFlight.clear();
        bench.modify(key, (current, scope) -> {
            bench.effects.add("evaluates " + bench.plain(current));
            return current;
        });
        for (int peer : bench.waitingFor()) {
            bench.deliver(peer);
        }
        if (bench.effects.contains("evaluates nothing")) {
            // The fastest other owner was the one without it: W=2 was never reached, so either answer is right.
            assertThat(bench.at(2, key)).isEqualTo("nothing");
        } else {
            assertThat(bench.takeEffects()).contains("evaluates from elsewhere", "written from elsewhere");
        }
    }

    @Test
    void a_node_that_may_not_coordinate_says_so_and_does_nothing() {
        bench.unsettled.get(0).set(0, 8);
        bench.refreshView();
        bench.write(key, "apple", 0);
        bench.read(key, 0);
        assertThat(bench.takeEffects())
                .containsExactly(
                        "NOT_COORDINATOR this node may not coordinate the key",
                        "NOT_COORDINATOR this node may not coordinate the key");
    }

    @Test
    void with_fewer_owners_than_n_a_majority_of_them_is_enough() {
        Bench two = new Bench(2, 3, 2, 3, 0);
        KeyRef other = two.key("k");
        two.write(other, "v", 0);
        two.deliver(1);
        assertThat(two.takeEffects()).contains("written v");
        Bench one = new Bench(1, 3, 2, 2, 0);
        one.write(one.key("k"), "v", 0);
        assertThat(one.takeEffects()).containsExactly("written v");
    }

    @Test
    void whatever_is_lost_an_acknowledged_write_is_read_by_the_next_quorum() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Bench cluster = new Bench(3, 3, 2, 2, random.nextBoolean() ? 0.5 : 0);
            KeyRef some = cluster.key("k" + seed);
            String acknowledged = "nothing";
            for (int round = 0; round < 20; round++) {
                boolean writes = random.nextBoolean();
                String value = "v" + round;
                if (writes) {
                    cluster.write(some, value, 0);
                } else {
                    cluster.read(some, 0);
                }
                while (!cluster.waitingFor().isEmpty()) {
                    List<Integer> waiting = cluster.waitingFor();
                    int peer = waiting.get(random.nextInt(waiting.size()));
                    switch (random.nextInt(5)) {
                        case 0 -> cluster.lose(peer);
                        case 1 -> {
                            cluster.deliverOnly(peer);
                            cluster.lose(peer);
                        }
                        default -> cluster.deliver(peer);
                    }
                }
                cluster.pass(5);
                for (String effect : cluster.takeEffects()) {
                    if (effect.startsWith("written ")) {
                        acknowledged = value;
                    } else if (effect.startsWith("INDOUBT")) {
                        // Either answer is right from now on; its own copy has it, so this coordinator shows it.
                        acknowledged = value;
                    } else if (effect.startsWith("read ")) {
                        assertThat(effect).as("seed %d round %d", seed, round).isEqualTo("read " + acknowledged);
                    }
                }
            }
        }
    }
}
