package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteQuorumTest {
    @Test
    void an_owner_and_its_stand_in_count_once_whoever_is_first() {
        WriteQuorum quorum = new WriteQuorum(2, 0, false, null);

        quorum.hold(0, false);
        quorum.hint(0, false);
        quorum.hint(2, false);
        assertThat(quorum.acks()).isEqualTo(2);
        quorum.hold(2, true);

        assertThat(quorum.isMet()).isTrue();
        assertThat(quorum.acks()).isEqualTo(2);
        assertThat(quorum.durableAcks()).isEqualTo(1);
        assertThat(quorum.isDurable(2)).isTrue();
    }

    @Test
    void a_hint_under_strict_is_kept_and_counts_for_nothing() {
        WriteQuorum quorum = new WriteQuorum(1, 0, true, null);

        quorum.hint(1, true);

        assertThat(quorum.isKept(1)).isTrue();
        assertThat(quorum.isMet()).isFalse();
        assertThat(quorum.durableAcks()).isZero();
    }

    @Test
    void it_is_in_reach_while_those_that_may_answer_are_enough_too_for_the_disk() {
        WriteQuorum quorum = new WriteQuorum(2, 2, false, null);
        quorum.hold(0, true);
        quorum.hold(1, false);

        assertThat(quorum.isMet()).isFalse();
        assertThat(quorum.isInReach(0b001)).isFalse();
        assertThat(quorum.isInReach(0b010)).isTrue();
        assertThat(quorum.isInReach(0b100)).isTrue();
    }

    @Test
    void nothing_counts_after_a_reset_not_even_for_stand_ins() {
        WriteQuorum quorum = new WriteQuorum(1, 1, false, null);
        quorum.hint(14, true);

        quorum.reset();

        assertThat(quorum.isKept(14)).isFalse();
        assertThat(quorum.inDoubt(3).text())
                .doesNotContain("hint")
                .contains("reached 0 of 1 replicas, 0 of 1 durably,");
    }

    @Test
    void doubt_says_how_many_hold_it_how_many_of_them_as_a_hint_and_how_many_on_disk() {
        WriteQuorum plain = new WriteQuorum(2, 0, false, null);
        plain.hold(0, false);
        WriteQuorum hinted = new WriteQuorum(3, 0, false, null);
        hinted.hold(0, false);
        hinted.hint(1, false);
        WriteQuorum durable = new WriteQuorum(3, 2, false, null);
        durable.hold(0, true);
        durable.hint(1, false);

        assertThat(plain.inDoubt(1000).text())
                .isEqualTo("write reached 1 of 2 replicas within 1000 ms; it may still become visible");
        assertThat(hinted.inDoubt(1000).text())
                .isEqualTo("write reached 2 of 3 replicas, 1 of them as a hint, within 1000 ms; it may still become"
                        + " visible");
        assertThat(durable.inDoubt(1000).text())
                .isEqualTo("write reached 2 of 3 replicas, 1 of them as a hint, 1 of 2 durably, within 1000 ms; it may"
                        + " still become visible");
    }
}
