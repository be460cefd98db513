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
    void the_seed_does_not_show() {
        assertThat(new RandomSource(123456789)).hasToString("RandomSource");
    }
}
