package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.CopyState;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class CopyStatesTest {
    private final CopyStates states = new CopyStates(3);

    @Test
    void peer_that_has_not_said_counts_as_unsettled() {
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
    }

    @Test
    void newer_words_replace_older_ones_and_never_the_other_way() {
        assertThat(states.told(1, new CopyState(7, 2, bits(1)))).isTrue();
        assertThat(states.told(1, new CopyState(7, 1, bits(0, 1, 2)))).isFalse();
        assertThat(states.told(1, new CopyState(7, 2, bits(1)))).isFalse();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(1));
        assertThat(states.told(1, new CopyState(7, 3, bits()))).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits());
    }

    @Test
    void new_life_of_a_peer_is_unsettled_until_it_says_otherwise() {
        states.told(1, new CopyState(7, 5, bits()));
        assertThat(states.life(1, 7)).isFalse();
        assertThat(states.life(1, 8)).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
        assertThat(states.told(1, new CopyState(8, 0, bits(2)))).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(2));
    }

    @Test
    void what_an_earlier_life_told_is_not_believed_when_it_comes_late() {
        states.told(1, new CopyState(7, 4, bits()));
        states.life(1, 8);
        states.told(1, new CopyState(8, 0, bits(0, 1)));
        assertThat(states.told(1, new CopyState(7, 5, bits()))).isFalse();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1));
        assertThat(states.life(1, 7)).isFalse();
        assertThat(states.told(1, new CopyState(8, 1, bits(1)))).isTrue();
        for (int life = 9; life < 100; life++) {
            assertThat(states.life(1, life)).isTrue();
            assertThat(states.told(1, new CopyState(life - 1, 9, bits()))).isFalse();
        }
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
    }

    @Test
    void own_changes_are_told_with_growing_versions() {
        assertThat(states.own(bits(0))).isTrue();
        assertThat(states.own(bits(0))).isFalse();
        long version = states.told(9).version();
        assertThat(states.own(bits())).isTrue();
        assertThat(states.told(9)).isEqualTo(new CopyState(9, version + 1, bits()));
    }

    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }
}
