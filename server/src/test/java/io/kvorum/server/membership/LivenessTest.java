package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.DetectorPolicy;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.Peers;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ProbeAnswer;
import io.kvorum.server.runtime.DrivenClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LivenessTest {
    private static final long MILLI = 1_000_000;

    private final List<String> effects = new ArrayList<>();
    private final List<ReplyHandler> probes = new ArrayList<>();
    private final Peers peers = new Peers(NodeId.of(0, 1), "n1", "h", 1);
    private long nowNanos;
    private final Liveness liveness = new Liveness(
            DetectorPolicy.DEFAULT,
            peers::directory,
            new RecordedCalls(),
            new DrivenClock(() -> nowNanos),
            (peer, up) -> effects.add(up ? "up" : "not up"),
            0);
    private int peer;

    @BeforeEach
    void watchOne() {
        peer = peers.learn(NodeId.of(0, 2), "n2", "h", 2, false);
        liveness.watch(peer);
    }

    @Test
    void peer_is_up_from_its_first_connection_to_its_last() {
        liveness.connected(peer);
        liveness.connected(peer);
        liveness.disconnected(peer);
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.UP);
        liveness.disconnected(peer);
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.DOWN);
        assertThat(effects.stream().filter(effect -> !effect.equals("dial"))).containsExactly("up", "not up");
    }

    @Test
    void first_connection_to_a_peer_lets_every_other_loop_dial_it_too() {
        liveness.connected(peer);
        liveness.connected(peer);
        assertThat(effects).containsOnlyOnce("dial");
        liveness.disconnected(peer);
        liveness.disconnected(peer);
        liveness.connected(peer);
        assertThat(effects.stream().filter("dial"::equals)).hasSize(2);
    }

    @Test
    void peer_without_a_connection_is_dialled_instead_of_asked() {
        tick(1);
        assertThat(effects).containsExactly("dial");
    }

    @Test
    void missed_deadline_makes_a_peer_suspect_until_it_answers_a_probe() {
        liveness.connected(peer);
        liveness.missed(peer, nowNanos);
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.SUSPECT);
        tick(1);
        answerAll();
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.UP);
        assertThat(effects).containsExactly("dial", "up", "not up", "probe", "up");
    }

    @Test
    void peer_that_ran_a_command_for_too_long_is_suspect_only_if_it_owes_a_sign_of_life_too() {
        liveness.connected(peer);
        liveness.late(peer);
        liveness.late(peer);
        assertThat(effects).containsExactly("dial", "up", "probe");
        answerAll();
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.UP);
        liveness.late(peer);
        tick(5);
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.UP);
        loseAll();
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.SUSPECT);
    }

    @Test
    void heartbeats_without_answers_show_the_absence_of_an_idle_peer() {
        liveness.connected(peer);
        for (int i = 0; i < 2; i++) {
            tick(10);
            liveness.heartbeat(peer);
            tick(10);
            loseAll();
        }
        assertThat(liveness.status(peer)).isEqualTo(PeerStatus.SUSPECT);
    }

    @Test
    void connection_over_which_nothing_comes_back_is_made_anew() {
        liveness.connected(peer);
        liveness.missed(peer, nowNanos);
        for (int i = 0; i < 100 && !effects.contains("hang up"); i++) {
            tick(1);
            loseAll();
        }
        assertThat(effects.stream().filter("probe"::equals)).hasSize(4);
        assertThat(effects).last().isEqualTo("hang up");
    }

    @Test
    void peer_that_is_forgotten_is_no_longer_asked() {
        liveness.forget(peer);
        tick(20);
        assertThat(effects).isEmpty();
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            nowNanos += 100 * MILLI;
            liveness.tick();
        }
    }

    private void answerAll() {
        List<ReplyHandler> asked = List.copyOf(probes);
        probes.clear();
        asked.forEach(handler -> handler.onReply(peer, new ProbeAnswer()));
    }

    private void loseAll() {
        List<ReplyHandler> asked = List.copyOf(probes);
        probes.clear();
        asked.forEach(handler -> handler.onLost(peer));
    }

    @Test
    void a_round_of_heartbeats_asks_eight_in_turn_and_whoever_owes_an_answer() {
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int other = peers.learn(NodeId.of(5, i), "m" + i, "127.0.0.1", 1, false);
            liveness.watch(other);
            liveness.connected(other);
            others.add(other);
        }
        effects.clear();
        probes.clear();
        liveness.heartbeats(others);
        assertThat(probes).hasSize(8);
        probes.get(0).onLost(others.get(0));
        liveness.heartbeats(others);
        assertThat(probes).as("the next eight, and the silent one").hasSize(17);
        probes.get(8).onReply(others.get(0), new ProbeAnswer());
        liveness.heartbeats(others);
        assertThat(probes).as("the last four, and the first again").hasSize(25);
        liveness.heartbeats(others.subList(0, 3));
        assertThat(probes).as("no one twice").hasSize(28);
    }

    private final class RecordedCalls implements PeerCalls {
        @Override
        public void call(int to, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
            effects.add("probe");
            probes.add(handler);
        }

        @Override
        public void tell(int to, PeerMessage message) {
            effects.add("tell");
        }

        @Override
        public void dial(int to) {
            effects.add("dial");
        }

        @Override
        public void refresh() {
            effects.add("refresh");
        }

        @Override
        public void hangUp(int to) {
            effects.add("hang up");
        }

        @Override
        public void letGo(int to) {
            effects.add("let go");
        }
    }
}
