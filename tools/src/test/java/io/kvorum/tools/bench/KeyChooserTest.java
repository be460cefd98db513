package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KeyChooserTest {
    private static final long SEED = 42;
    private static final int DRAWS = 400_000;

    @Test
    void zipfian_ranks_come_as_often_as_the_law_says() {
        int count = 1_000;
        long[] hits = new long[count];
        Zipfian zipfian = new Zipfian(count, Zipfian.YCSB_THETA);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < DRAWS; i++) {
            hits[(int) zipfian.next(random)]++;
        }
        double zeta = 0;
        for (int rank = 1; rank <= count; rank++) {
            zeta += Math.pow(rank, -Zipfian.YCSB_THETA);
        }
        // The first two ranks are exact by construction, the others follow a smooth approximation of the law.
        for (int rank : new int[] {0, 1}) {
            double expected = Math.pow(rank + 1.0, -Zipfian.YCSB_THETA) / zeta;
            assertThat((double) hits[rank] / DRAWS).as("rank %d", rank).isCloseTo(expected, within(0.003));
        }
        long head = 0;
        double expectedHead = 0;
        for (int rank = 0; rank < 100; rank++) {
            head += hits[rank];
            expectedHead += Math.pow(rank + 1.0, -Zipfian.YCSB_THETA) / zeta;
        }
        assertThat((double) head / DRAWS).as("top 10 %%").isCloseTo(expectedHead, within(0.02));
        assertThat(hits[count - 1] + hits[count - 2] + hits[count - 3]).isPositive();
    }

    @Test
    void zipfian_works_for_the_smallest_key_spaces() {
        for (int count = 1; count <= 4; count++) {
            KeyChooser keys = KeyChooser.zipfian(count, Zipfian.YCSB_THETA);
            SplittableRandom random = new SplittableRandom(SEED);
            BitSet seen = new BitSet();
            for (int i = 0; i < 1_000; i++) {
                seen.set((int) keys.next(random));
            }
            assertThat(seen.cardinality()).isEqualTo(count);
            assertThat(seen.length()).isEqualTo(count);
        }
    }

    @Test
    void scattering_gives_every_rank_a_key_of_its_own() {
        for (int count : new int[] {1, 2, 10, 1_000, 65_536, 99_991}) {
            Scatter scatter = new Scatter(count);
            BitSet seen = new BitSet();
            for (int rank = 0; rank < count; rank++) {
                seen.set((int) scatter.keyOf(rank));
            }
            assertThat(seen.cardinality()).as("count %d", count).isEqualTo(count);
            assertThat(seen.length()).isEqualTo(count);
        }
        assertThat(new Scatter(Scatter.COUNT_MAX).keyOf(Scatter.COUNT_MAX - 1)).isBetween(0L, Scatter.COUNT_MAX - 1);
    }

    @Test
    void the_same_seed_gives_the_same_keys() {
        KeyChooser keys = KeyChooser.uniform(1_000_000);
        SplittableRandom one = new SplittableRandom(SEED);
        SplittableRandom other = new SplittableRandom(SEED);
        for (int i = 0; i < 100; i++) {
            assertThat(keys.next(one)).isEqualTo(keys.next(other));
        }
    }

    @Test
    void sequential_keys_come_once_each_before_any_comes_again_whoever_draws_them() {
        for (int generators = 1; generators <= 3; generators++) {
            KeyChooser all = KeyChooser.sequential(10);
            List<Long> drawn = new ArrayList<>();
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < generators; i++) {
                KeyChooser share = all.share(i, generators);
                int count = (10 - i + generators - 1) / generators;
                long first = share.next(random);
                drawn.add(first);
                for (int k = 1; k < count; k++) {
                    drawn.add(share.next(random));
                }
                assertThat(share.next(random))
                        .as("and then from the first again")
                        .isEqualTo(first);
            }
            assertThat(drawn).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
    }
}
