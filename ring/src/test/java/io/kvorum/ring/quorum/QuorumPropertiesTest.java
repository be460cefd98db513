package io.kvorum.ring.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuorumPropertiesTest {
    @Test
    void fewer_settled_owners_than_n_cut_r_and_w_to_their_majority() {
        Quorum quorum = new Quorum(3, 2, 3, 3, false);
        assertThat(quorum.clampedTo(3)).isSameAs(quorum);
        assertThat(quorum.clampedTo(2)).isEqualTo(new Quorum(2, 2, 2, 2, false));
        assertThat(quorum.clampedTo(1)).isEqualTo(new Quorum(1, 1, 1, 1, false));
        assertThat(quorum.withR(1).clampedTo(2).r()).isEqualTo(1);
    }

    @Test
    void no_settled_owner_leaves_a_quorum_that_nobody_can_meet() {
        Quorum none = Quorum.DEFAULT.clampedTo(0);
        assertThat(new ReadTally().begin(none.r(), 0)).isEqualTo(Verdict.IMPOSSIBLE);
        assertThat(new WriteTally().begin(none, 0)).isEqualTo(Verdict.IMPOSSIBLE);
    }

    @Test
    void quorums_of_successive_views_meet_as_owners_come_one_at_a_time() {
        for (int settled = 1; settled < 3; settled++) {
            Quorum before = Quorum.DEFAULT.clampedTo(settled);
            Quorum after = Quorum.DEFAULT.clampedTo(settled + 1);
            assertThat(before.w() + after.r()).isGreaterThan(settled + 1);
            assertThat(after.w() + before.r()).isGreaterThan(settled + 1);
        }
    }

    @Test
    void write_tally_says_what_counting_all_outcomes_says() {
        for (long seed = 0; seed < 5000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int n = 1 + random.nextInt(5);
            Quorum quorum = new Quorum(n, 1, 1 + random.nextInt(n), random.nextInt(n + 1), random.nextBoolean());
            int asked = random.nextInt(n + 1);
            List<Integer> answers = new ArrayList<>();
            WriteTally tally = new WriteTally();
            Verdict verdict = tally.begin(quorum, asked);
            for (int step = 0; ; step++) {
                assertThat(verdict).as("seed %d step %d", seed, step).isEqualTo(naive(quorum, asked, answers));
                if (asked > answers.size() && random.nextInt(8) > 0) {
                    int answer = random.nextInt(6);
                    answers.add(answer);
                    verdict = answer(tally, answer);
                } else if (asked < 8) {
                    asked++;
                    verdict = tally.onAsked();
                } else {
                    break;
                }
            }
            assertThat(tally.holders())
                    .isEqualTo((int) answers.stream().filter(a -> a < 5).count());
        }
    }

    /** 0, 1: acknowledged, durably or not; 2, 3: likewise with a hint; 4: does not count; 5: failed. */
    private static Verdict answer(WriteTally tally, int answer) {
        return switch (answer) {
            case 0, 1 -> tally.onAck(answer == 0);
            case 2, 3 -> tally.onHintedAck(answer == 2);
            case 4 -> tally.onUncountedAck();
            default -> tally.onFailed();
        };
    }

    private static Verdict naive(Quorum quorum, int asked, List<Integer> answers) {
        boolean met = enough(quorum, answers);
        List<Integer> best = new ArrayList<>(answers);
        while (best.size() < asked) {
            best.add(0);
        }
        return met ? Verdict.MET : enough(quorum, best) ? Verdict.PENDING : Verdict.IMPOSSIBLE;
    }

    private static boolean enough(Quorum quorum, List<Integer> answers) {
        long durable = answers.stream()
                .filter(a -> a == 0 || (a == 2 && !quorum.strict()))
                .count();
        long acks = answers.stream()
                .filter(a -> a <= 1 || (a <= 3 && !quorum.strict()))
                .count();
        return acks >= quorum.w() && durable >= quorum.dw();
    }

    @Test
    void read_tally_says_what_counting_all_outcomes_says() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int r = 1 + random.nextInt(4);
            int asked = random.nextInt(5);
            int answers = 0;
            int failures = 0;
            ReadTally tally = new ReadTally();
            Verdict verdict = tally.begin(r, asked);
            for (int step = 0; step < 20; step++) {
                Verdict expected =
                        answers >= r ? Verdict.MET : asked - failures < r ? Verdict.IMPOSSIBLE : Verdict.PENDING;
                assertThat(verdict).as("seed %d step %d", seed, step).isEqualTo(expected);
                if (asked == answers + failures) {
                    asked++;
                    verdict = tally.onAsked();
                } else if (random.nextBoolean()) {
                    answers++;
                    verdict = tally.onAnswer();
                } else {
                    failures++;
                    verdict = tally.onFailed();
                }
            }
        }
    }

    @Test
    void more_answers_than_replicas_asked_are_a_bug() {
        ReadTally reads = new ReadTally();
        reads.begin(1, 1);
        reads.onAnswer();
        assertThatIllegalStateException().isThrownBy(reads::onFailed);
        WriteTally writes = new WriteTally();
        writes.begin(Quorum.DEFAULT, 0);
        assertThatIllegalStateException().isThrownBy(() -> writes.onAck(true));
    }

    @Test
    void pair_counts_once_when_both_have_acknowledged() {
        PairAck pair = new PairAck();
        assertThat(pair.onAck(true)).isEqualTo(Verdict.PENDING);
        assertThat(pair.onAck(false)).isEqualTo(Verdict.MET);
        assertThat(pair.durable()).isFalse();
        PairAck broken = new PairAck();
        broken.onAck(true);
        assertThat(broken.onFailed()).isEqualTo(Verdict.IMPOSSIBLE);
    }
}
