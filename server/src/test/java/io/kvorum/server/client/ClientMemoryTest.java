package io.kvorum.server.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientMemoryTest {
    private static final long KB = 1024;

    private final ClientMemory memory = new ClientMemory(1000 * KB);
    private final List<String> evicted = new ArrayList<>();

    private ClientMemory.Holding join(String name) {
        return memory.join(() -> evicted.add(name));
    }

    @Test
    void who_holds_the_most_goes_when_the_bound_is_passed_whoever_passes_it() {
        ClientMemory.Holding large = join("large");
        ClientMemory.Holding larger = join("larger");
        ClientMemory.Holding small = join("small");
        large.set(400 * KB);
        larger.set(500 * KB);
        small.set(99 * KB);
        assertThat(evicted).isEmpty();
        small.set(120 * KB);
        assertThat(evicted).containsExactly("larger");
        assertThat(memory.heldBytes()).isEqualTo(520 * KB);
        assertThat(memory.evictions()).isEqualTo(1);
    }

    @Test
    void where_all_hold_little_the_one_that_passes_the_bound_goes() {
        for (int i = 0; i < 99; i++) {
            join("other").set(10 * KB);
        }
        join("last").set(11 * KB);
        assertThat(evicted).containsExactly("last");
        assertThat(memory.heldBytes()).isEqualTo(990 * KB);
    }

    @Test
    void who_was_evicted_or_has_ended_holds_nothing_any_more_whatever_it_tells() {
        ClientMemory.Holding gone = join("gone");
        gone.set(2000 * KB);
        assertThat(evicted).containsExactly("gone");
        gone.set(500 * KB);
        assertThat(memory.heldBytes()).isZero();
        ClientMemory.Holding left = join("left");
        left.set(500 * KB);
        left.end();
        left.set(700 * KB);
        assertThat(memory.heldBytes()).isZero();
        assertThat(evicted).hasSize(1);
    }

    @Test
    void small_changes_are_not_told_but_the_end_is() {
        ClientMemory.Holding holding = join("h");
        holding.set(ClientMemory.STEP_BYTES - 1);
        assertThat(memory.heldBytes()).isZero();
        holding.set(100 * KB);
        holding.set(100 * KB + ClientMemory.STEP_BYTES - 1);
        assertThat(memory.heldBytes()).isEqualTo(100 * KB);
        holding.set(0);
        assertThat(memory.heldBytes()).isZero();
    }
}
