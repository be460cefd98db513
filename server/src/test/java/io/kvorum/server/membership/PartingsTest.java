package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.Parting;
import io.kvorum.server.peer.message.Parting.Stage;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class PartingsTest {
    private static final int PEER = 3;
    private static final long FIRST_LIFE = 11;
    private static final long SECOND_LIFE = 12;

    private final Partings partings = new Partings(7);

    @Test
    void own_stage_goes_forward_only_and_is_told_from_then_on() {
        assertThat(partings.told()).isNull();
        assertThat(partings.own(Stage.DRAINING)).isTrue();
        assertThat(partings.own(Stage.DRAINING)).isFalse();
        assertThat(partings.told()).isEqualTo(new Parting(7, Stage.DRAINING));
        assertThat(partings.draining()).isEqualTo(set(0));
        assertThat(partings.own(Stage.STOPPING)).isTrue();
        assertThat(partings.own(Stage.DRAINING)).isFalse();
        assertThat(partings.told()).isEqualTo(new Parting(7, Stage.STOPPING));
    }

    @Test
    void a_peer_is_draining_then_stopping_until_its_next_life_connects() {
        partings.connected(PEER, FIRST_LIFE);
        assertThat(partings.sentence(PEER)).isNull();
        assertThat(partings.hear(PEER, new Parting(FIRST_LIFE, Stage.DRAINING))).isTrue();
        assertThat(partings.hear(PEER, new Parting(FIRST_LIFE, Stage.DRAINING))).isFalse();
        assertThat(partings.isStopping(PEER)).isFalse();
        assertThat(partings.draining()).isEqualTo(set(PEER));
        assertThat(partings.sentence(PEER)).contains("passed no commands");
        assertThat(partings.hear(PEER, new Parting(FIRST_LIFE, Stage.STOPPING))).isTrue();
        assertThat(partings.hear(PEER, new Parting(FIRST_LIFE, Stage.DRAINING))).isFalse();
        assertThat(partings.isStopping(PEER)).isTrue();
        assertThat(partings.sentence(PEER)).isEqualTo("it was stopped");
        assertThat(partings.connected(PEER, FIRST_LIFE)).isFalse();
        assertThat(partings.isStopping(PEER)).as("the same life").isTrue();
        assertThat(partings.connected(PEER, SECOND_LIFE)).isTrue();
        assertThat(partings.isStopping(PEER)).isFalse();
        assertThat(partings.draining().isEmpty()).isTrue();
    }

    @Test
    void what_comes_late_of_a_life_before_is_not_held_against_the_next() {
        partings.connected(PEER, FIRST_LIFE);
        partings.connected(PEER, SECOND_LIFE);
        assertThat(partings.hear(PEER, new Parting(FIRST_LIFE, Stage.STOPPING))).isFalse();
        assertThat(partings.isStopping(PEER)).isFalse();
    }

    private static BitSet set(int peer) {
        BitSet set = new BitSet();
        set.set(peer);
        return set;
    }
}
