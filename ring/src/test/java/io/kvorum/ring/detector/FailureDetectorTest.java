package io.kvorum.ring.detector;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailureDetectorTest {
    private static final NodeId B = NodeId.of(0, 2);
    private static final NodeId C = NodeId.of(0, 3);

    private final List<String> effects = new ArrayList<>();
    private final DetectorEffects recorder = new DetectorEffects() {
        @Override
        public void probe(NodeId peer) {
            effects.add("probe " + name(peer));
        }

        @Override
        public void statusChanged(NodeId peer, PeerStatus from, PeerStatus to) {
            effects.add(name(peer) + " " + from + "->" + to);
        }
    };
    private long nowMillis;
    private FailureDetector detector = new FailureDetector(DetectorPolicy.DEFAULT, 0);

    @BeforeEach
    void watch_two_peers_that_are_up() {
        detector.watch(B, 0);
        detector.watch(C, 0);
        detector.onConnected(B, 0, recorder);
        detector.onConnected(C, 0, recorder);
        effects.clear();
    }

    @Test
    void peer_is_down_and_probed_until_it_connects() {
        detector = new FailureDetector(DetectorPolicy.DEFAULT, 0);
        detector.watch(B, 0);
        assertThat(detector.status(B)).isEqualTo(PeerStatus.DOWN);
        runTo(100);
        assertThat(effects).containsExactly("probe B");
        detector.onConnected(B, millis(), recorder);
        assertThat(effects).containsExactly("probe B", "B DOWN->UP");
    }

    @Test
    void s4_8_3_missed_deadline_makes_a_peer_suspect_at_once_for_this_node() {
        runTo(500);
        detector.onDeadlineMissed(B, millis() - ms(300), millis(), recorder);
        assertThat(effects).containsExactly("B UP->SUSPECT");
        assertThat(detector.statuses()).containsEntry(B, PeerStatus.SUSPECT).containsEntry(C, PeerStatus.UP);
    }

    @Test
    void peer_that_says_that_it_stops_is_down_whatever_it_answers_until_its_next_life_connects() {
        detector.onParting(B, millis(), recorder);
        detector.onParting(B, millis(), recorder);
        assertThat(effects).containsExactly("B UP->DOWN");
        assertThat(detector.isParting(B)).isTrue();
        detector.onAnswered(B, millis(), recorder);
        detector.onDeadlineMissed(B, -1, millis(), recorder);
        runTo(1_000);
        assertThat(effects).as("nothing is asked of who is let go").containsExactly("B UP->DOWN");
        detector.onDisconnected(B, millis(), recorder);
        runTo(1_500);
        assertThat(effects).containsOnly("B UP->DOWN", "probe B").contains("probe B");
        detector.onConnected(B, millis(), recorder);
        assertThat(detector.status(B)).as("the same life").isEqualTo(PeerStatus.DOWN);
        detector.onDisconnected(B, millis(), recorder);
        detector.onNewLife(B);
        assertThat(detector.isParting(B)).isFalse();
        detector.onConnected(B, millis(), recorder);
        assertThat(detector.status(B)).isEqualTo(PeerStatus.UP);
    }

    @Test
    void stops_that_were_announced_are_no_flaps() {
        for (int restart = 0; restart < 5; restart++) {
            detector.onParting(B, millis(), recorder);
            detector.onDisconnected(B, millis(), recorder);
            runTo(nowMillis + 200);
            detector.onNewLife(B);
            detector.onConnected(B, millis(), recorder);
            assertThat(detector.status(B)).as("restart %d", restart).isEqualTo(PeerStatus.UP);
        }
    }

    @Test
    void two_requests_missed_in_a_row_make_a_peer_suspect_and_an_answer_between_them_does_not() {
        runTo(500);
        detector.onRequestMissed(B, millis() - ms(50), millis(), recorder);
        detector.onAnswered(B, millis(), recorder);
        detector.onRequestMissed(B, millis() - ms(50), millis(), recorder);
        assertThat(effects).isEmpty();
        detector.onRequestMissed(B, millis() - ms(40), millis(), recorder);
        assertThat(effects).containsExactly("B UP->SUSPECT");
    }

    @Test
    void suspect_is_probed_at_growing_gaps_that_stay_bounded() {
        detector.onDeadlineMissed(B, -1, millis(), recorder);
        List<Long> probes = new ArrayList<>();
        for (long at = 100; at <= 5000; at += 100) {
            effects.clear();
            runTo(at);
            if (effects.contains("probe B")) {
                probes.add(at);
            }
        }
        assertThat(probes).containsExactly(100L, 200L, 400L, 800L, 1600L, 2400L, 3200L, 4000L, 4800L);
    }

    @Test
    void disconnected_peer_is_down_and_up_again_when_it_connects() {
        detector.onDisconnected(B, millis(), recorder);
        runTo(100);
        detector.onConnected(B, millis(), recorder);
        detector.onDisconnected(C, millis(), recorder);
        assertThat(effects).containsExactly("B UP->DOWN", "probe B", "B DOWN->UP", "C UP->DOWN");
    }

    @Test
    void suspect_that_loses_its_connection_is_down() {
        detector.onDeadlineMissed(B, -1, millis(), recorder);
        detector.onDisconnected(B, millis(), recorder);
        assertThat(effects).containsExactly("B UP->SUSPECT", "B SUSPECT->DOWN");
    }

    @Test
    void flapping_peer_must_answer_more_than_once_before_it_is_trusted() {
        for (int flap = 0; flap < 3; flap++) {
            detector.onDeadlineMissed(B, millis() - 1, millis(), recorder);
            effects.clear();
            for (int answer = 0; answer < flap; answer++) {
                detector.onAnswered(B, millis(), recorder);
                detector.onAnswered(B, millis(), recorder);
                assertThat(effects).as("flap %d", flap).doesNotContain("B SUSPECT->UP");
                runTo(nowMillis + 200);
            }
            detector.onAnswered(B, millis(), recorder);
            assertThat(effects).as("flap %d", flap).contains("B SUSPECT->UP");
        }
    }

    @Test
    void calm_makes_flaps_forgotten() {
        for (int flap = 0; flap < 3; flap++) {
            detector.onDisconnected(B, millis(), recorder);
            for (int answer = 0; answer < 3; answer++) {
                detector.onConnected(B, millis(), recorder);
                runTo(nowMillis + 300);
            }
        }
        runTo(nowMillis + 100_000);
        effects.clear();
        detector.onDeadlineMissed(B, millis() - 1, millis(), recorder);
        detector.onAnswered(B, millis(), recorder);
        assertThat(effects).containsExactly("B UP->SUSPECT", "B SUSPECT->UP");
    }

    @Test
    void what_was_missed_during_a_pause_of_its_own_is_held_against_nobody() {
        runTo(1000);
        long sent = millis() - ms(10);
        nowMillis = 4000;
        detector.onDeadlineMissed(B, sent, millis(), recorder);
        detector.tick(millis(), recorder);
        detector.onDeadlineMissed(C, sent, millis(), recorder);
        assertThat(effects).isEmpty();
        runTo(4500);
        detector.onDeadlineMissed(B, ms(4000), millis(), recorder);
        assertThat(effects).containsExactly("B UP->SUSPECT");
    }

    @Test
    void forgotten_peer_makes_no_more_effects() {
        detector.onDeadlineMissed(B, -1, millis(), recorder);
        detector.forget(B);
        effects.clear();
        runTo(3000);
        detector.onAnswered(B, millis(), recorder);
        assertThat(effects).isEmpty();
    }

    /** The promise of the failover drill: however a peer flapped before, within 2 s of its recovery it is up. */
    @Test
    void recovered_peer_is_noticed_within_two_seconds() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            boolean[] alive = {true};
            long[] answerAt = {Long.MAX_VALUE};
            nowMillis = 0;
            detector = new FailureDetector(DetectorPolicy.DEFAULT, 0);
            detector.watch(B, 0);
            detector.onConnected(B, 0, recorder);
            DetectorEffects network = new DetectorEffects() {
                @Override
                public void probe(NodeId peer) {
                    if (alive[0]) {
                        answerAt[0] = Math.min(answerAt[0], nowMillis + 1 + random.nextInt(30));
                    }
                }

                @Override
                public void statusChanged(NodeId peer, PeerStatus from, PeerStatus to) {}
            };
            for (int episode = 0; episode < 6; episode++) {
                alive[0] = false;
                detector.onDisconnected(B, millis(), network);
                detector.onDeadlineMissed(B, millis() - ms(100), millis(), network);
                long recovery = nowMillis + random.nextInt(8000);
                long upAt = -1;
                long end = recovery + 2000;
                while (nowMillis < end) {
                    nowMillis++;
                    alive[0] = nowMillis >= recovery;
                    if (nowMillis >= answerAt[0]) {
                        answerAt[0] = Long.MAX_VALUE;
                        detector.onConnected(B, millis(), network);
                    }
                    if (nowMillis % 100 == 0) {
                        detector.tick(millis(), network);
                    }
                    if (upAt < 0 && detector.status(B) == PeerStatus.UP) {
                        upAt = nowMillis;
                    }
                }
                assertThat(upAt).as("seed %d episode %d", seed, episode).isBetween(recovery, end);
            }
        }
    }

    private void runTo(long millis) {
        while (nowMillis + 100 <= millis) {
            nowMillis += 100;
            detector.tick(millis(), recorder);
        }
        nowMillis = millis;
    }

    private long millis() {
        return ms(nowMillis);
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }

    private static String name(NodeId node) {
        return node.equals(B) ? "B" : "C";
    }
}
