package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.StorageEngine;
import org.junit.jupiter.api.Test;

/** What a coordinator owes to its own disk. */
final class DurableWritesTest {
    private final Bench alone = new Bench(1, 1, 1, 1, 0);
    private final Bench three = new Bench(3, 3, 2, 2, 0);

    @Test
    void write_waits_for_the_force_where_nothing_is_acknowledged_before() {
        alone.disk.durability = Durability.BEFORE_ACKNOWLEDGED;
        KeyRef key = alone.key("k");
        alone.write(key, "v", 1);
        assertThat(alone.effects).isEmpty();
        alone.disk.forced(true);
        assertThat(alone.effects).containsExactly("written v");
    }

    @Test
    void write_whose_force_failed_is_in_doubt() {
        alone.disk.durability = Durability.BEFORE_ACKNOWLEDGED;
        alone.write(alone.key("k"), "v", 1);
        alone.disk.forced(false);
        assertThat(alone.effects).hasSize(1);
        assertThat(alone.effects.get(0)).startsWith("INDOUBT write reached 0 of 1 replicas");
    }

    @Test
    void own_copy_counts_only_when_it_is_forced_and_others_do_not_wait_for_that() {
        three.disk.durability = Durability.BEFORE_ACKNOWLEDGED;
        three.write(three.key("k"), "v", 2);
        assertThat(three.inFlight).hasSize(2);
        three.deliver(three.inFlight.keySet().iterator().next());
        assertThat(three.effects).doesNotContain("written v");
        three.disk.forced(true);
        assertThat(three.effects).contains("written v");
    }

    @Test
    void write_that_meets_a_disk_which_is_behind_goes_on_once_it_is_not() {
        alone.disk.busy = 3;
        alone.write(alone.key("k"), "v", 1);
        assertThat(alone.effects).isEmpty();
        alone.pass(5);
        assertThat(alone.effects).isEmpty();
        alone.pass(20);
        alone.pass(20);
        alone.pass(20);
        assertThat(alone.effects).containsExactly("written v");
    }

    @Test
    void write_is_refused_with_nothing_done_when_the_disk_stays_behind_for_all_its_time() {
        alone.disk.busy = Integer.MAX_VALUE;
        KeyRef key = alone.key("k");
        alone.write(key, "v", 1);
        for (int i = 0; i < 300; i++) {
            alone.pass(5);
        }
        assertThat(alone.effects)
                .containsExactly("TRYAGAIN the disk of this node was behind for too long; nothing was written");
        assertThat(alone.replica(0).read(key)).isNull();
    }

    /** Each look makes the whole record, and thousands may wait. */
    @Test
    void write_that_waits_long_for_a_disk_which_is_behind_looks_less_and_less_often() {
        int[] looks = {0};
        alone.disk.refusing = () -> {
            looks[0]++;
            return StorageEngine.REFUSED_BUSY;
        };
        alone.write(alone.key("k"), "v", 1);
        for (int i = 0; i < 1_010; i++) {
            alone.pass(1);
        }
        assertThat(alone.effects).hasSize(1);
        assertThat(looks[0]).isBetween(20, 40);
    }

    @Test
    void write_that_too_few_can_have_on_disk_is_refused_before_anything_is_touched() {
        three.disk.durability = Durability.SOON;
        three.healthy[1] = false;
        three.healthy[2] = false;
        three.refreshView();
        KeyRef key = three.key("k");
        three.coordinator.write(
                key,
                three.set(key, "v"),
                new RequestOptions(0, 1, 2, false),
                three.coordinator.writeDeadlineNanos(),
                three.writing());
        assertThat(three.effects).containsExactly("CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable");
        assertThat(three.at(0, key)).isEqualTo("nothing");
    }

    @Test
    void write_that_waits_for_the_disk_is_not_begun_once_this_copy_may_have_forgotten_something() {
        three.disk.busy = 1;
        KeyRef key = three.key("k");
        three.write(key, "v", 1);
        three.unsettled.get(0).set(key.partition());
        three.refreshView();
        three.pass(20);
        assertThat(three.effects).containsExactly("NOT_COORDINATOR this node may not coordinate the key");
        assertThat(three.at(0, key)).isEqualTo("nothing");
        assertThat(three.wheel.isEmpty()).isTrue();
    }

    @Test
    void write_that_meets_a_bug_behind_its_own_copy_is_in_doubt() {
        three.bug = new IllegalStateException("a bug");
        KeyRef key = three.key("k");
        assertThatIllegalStateException().isThrownBy(() -> three.write(key, "v", 2));
        assertThat(three.at(0, key)).isEqualTo("v");
        assertThat(three.effects).hasSize(1);
        assertThat(three.effects.get(0)).startsWith("INDOUBT write reached 1 of 2 replicas");
        assertThat(three.wheel.isEmpty()).isTrue();
    }

    @Test
    void read_modify_write_that_meets_a_disk_which_is_behind_merges_and_writes_once_it_is_not() {
        alone.disk.busy = 1;
        KeyRef key = alone.key("k");
        alone.modify(key, alone.set(key, "v"));
        alone.pass(20);
        alone.pass(20);
        assertThat(alone.effects).containsExactly("written v");
    }
}
