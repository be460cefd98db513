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
        assertThat(states.connected(1, 7)).isFalse();
        assertThat(states.connected(1, 8)).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
        assertThat(states.told(1, new CopyState(8, 0, bits(2)))).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(2));
    }

    @Test
    void what_an_earlier_life_told_is_not_believed_when_it_comes_late() {
        states.told(1, new CopyState(7, 4, bits()));
        states.connected(1, 8);
        states.told(1, new CopyState(8, 0, bits(0, 1)));
        assertThat(states.told(1, new CopyState(7, 5, bits()))).isFalse();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1));
        assertThat(states.told(1, new CopyState(8, 1, bits(1)))).isTrue();
        for (int life = 9; life < 100; life++) {
            assertThat(states.connected(1, life)).isTrue();
            assertThat(states.told(1, new CopyState(life - 1, 9, bits()))).isFalse();
        }
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
    }

    @Test
    void what_a_life_told_that_nobody_had_heard_of_is_over_when_the_one_that_is_connected_answers_after_it() {
        states.connected(1, 9);
        states.told(1, new CopyState(9, 0, bits(0)));
        assertThat(states.isInDoubt(1)).isFalse();
        assertThat(states.told(1, new CopyState(8, 3, bits()))).isTrue();
        assertThat(states.isInDoubt(1)).isTrue();
        assertThat(states.unsettled(2).get(1)).as("neither counts").isEqualTo(bits(0, 1, 2));
        assertThat(states.told(1, new CopyState(9, 1, bits()))).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
        assertThat(states.answered(1)).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits());
        assertThat(states.told(1, new CopyState(8, 4, bits(2)))).isFalse();
        assertThat(states.answered(1)).isFalse();
    }

    @Test
    void what_a_newer_life_told_counts_as_soon_as_it_is_connected() {
        states.connected(1, 8);
        states.told(1, new CopyState(8, 7, bits()));
        states.told(1, new CopyState(9, 1, bits(1)));
        states.told(1, new CopyState(9, 0, bits(0)));
        assertThat(states.connected(1, 9)).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(1));
        assertThat(states.told(1, new CopyState(8, 8, bits()))).isFalse();
    }

    @Test
    void newer_life_is_believed_at_once_when_the_connection_with_the_one_before_is_gone() {
        states.connected(1, 8);
        states.told(1, new CopyState(8, 7, bits()));
        states.disconnected(1);
        assertThat(states.answered(1)).isFalse();
        assertThat(states.told(1, new CopyState(9, 0, bits(1)))).isTrue();
        assertThat(states.isInDoubt(1)).isFalse();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(1));
    }

    @Test
    void life_that_connects_goes_on_though_a_late_message_of_another_was_believed_meanwhile() {
        states.connected(1, 9);
        states.disconnected(1);
        states.told(1, new CopyState(8, 3, bits()));
        assertThat(states.connected(1, 9)).isTrue();
        assertThat(states.unsettled(2).get(1)).isEqualTo(bits(0, 1, 2));
        assertThat(states.told(1, new CopyState(9, 0, bits(2)))).isTrue();
        assertThat(states.told(1, new CopyState(8, 4, bits()))).isFalse();
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
