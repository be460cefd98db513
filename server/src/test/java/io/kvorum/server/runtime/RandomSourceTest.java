package io.kvorum.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RandomSourceTest {
    @Test
    void same_name_and_seed_give_the_same_stream_whatever_was_asked_before() {
        RandomSource one = new RandomSource(7);
        RandomSource two = new RandomSource(7);
        two.generator("other").nextLong();
        var a = one.generator("gossip");
        var b = two.generator("gossip");
        for (int i = 0; i < 10; i++) assertThat(a.nextLong()).isEqualTo(b.nextLong());
        assertThat(one.split("n1").generator("x").nextLong())
                .isEqualTo(two.split("n1").generator("x").nextLong());
    }

    @Test
    void names_seeds_and_splits_all_give_streams_of_their_own() {
        Set<Long> first = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            for (String name : new String[] {"", "a", "b", "ab", "ba", "io-1", "io-2"}) {
                first.add(new RandomSource(seed).generator(name).nextLong());
                first.add(new RandomSource(seed).split(name).generator(name).nextLong());
                first.add(new RandomSource(seed).split(name).generator("c").nextLong());
            }
        }
        assertThat(first).hasSize(20 * 7 * 3);
    }

    @Test
    void a_shared_stream_repeats_with_its_seed_and_gives_no_number_twice() {
        var one = new RandomSource(7).shared("keys");
        var two = new RandomSource(7).shared("keys");
        Set<Long> drawn = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            long number = one.nextLong();
            assertThat(two.nextLong()).isEqualTo(number);
            drawn.add(number);
        }
        assertThat(drawn).hasSize(1000);
    }

    @Test
    void the_seed_does_not_show() {
        assertThat(new RandomSource(123456789)).hasToString("RandomSource");
    }
}
