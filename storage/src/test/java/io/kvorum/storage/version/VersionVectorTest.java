package io.kvorum.storage.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VersionVectorTest {
    private static VersionVector random(SplittableRandom random) {
        VersionVector vector = VersionVector.EMPTY;
        for (int i = random.nextInt(6); i > 0; i--) {
            vector = vector.with(random.nextInt(-4, 4) * 2L + 1, random.nextInt(1, 9));
        }
        return vector;
    }

    @Test
    void a_join_is_the_least_vector_that_dominates_both() {
        SplittableRandom random = new SplittableRandom(8);
        for (int run = 0; run < 5000; run++) {
            VersionVector a = random(random);
            VersionVector b = random(random);
            VersionVector joined = a.join(b);
            assertThat(joined).isEqualTo(b.join(a)).hasSameHashCodeAs(b.join(a));
            assertThat(joined.dominates(a) && joined.dominates(b)).isTrue();
            assertThat(a.dominates(b)).isEqualTo(joined.equals(a));
            for (int i = 0; i < joined.size(); i++) {
                assertThat(joined.stamp(i)).isEqualTo(Math.max(a.stampOf(joined.actor(i)), b.stampOf(joined.actor(i))));
                assertThat(i == 0 || Long.compareUnsigned(joined.actor(i - 1), joined.actor(i)) < 0)
                        .isTrue();
                assertThat(joined.without(i).covers(joined.actor(i), 1)).isFalse();
            }
            assertThat(joined.newestStamp()).isEqualTo(Math.max(a.newestStamp(), b.newestStamp()));
        }
    }

    @Test
    void a_vector_reads_well_in_a_log() {
        assertThat(VersionVector.of(10, Stamp.ofMillis(7) + 2).with(-1, 3))
                .hasToString("{a@7.2, ffffffffffffffff@0.3}");
    }
}
