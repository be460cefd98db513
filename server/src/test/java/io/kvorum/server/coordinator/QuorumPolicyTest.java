package io.kvorum.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** For each N, R and W with R + W > N, and fewer owners than N, or as many: what is required meets. */
class QuorumPolicyTest {
    private static final int N_MAX = 7;

    @Test
    void reads_and_writes_of_any_number_of_owners_meet() {
        forAll((policy, owners) -> assertThat(policy.reads(0, owners) + policy.writes(0, owners))
                .as("%s with %d owners", policy, owners)
                .isGreaterThan(owners));
    }

    /** Who knows of the newcomer counts it; who knows that it has settled may use it alone. */
    @Test
    void reads_and_writes_meet_across_a_growth_whoever_hears_of_it_first() {
        forAll((policy, owners) -> {
            int then = owners + 1;
            if (then > policy.n()) {
                return;
            }
            int writes = Math.max(policy.writes(0, owners), policy.writesTogether(0, owners));
            int reads = Math.max(policy.reads(0, owners), policy.readsTogether(0, owners));
            assertThat(writes + policy.reads(0, then))
                    .as("a write before, a read after: %s from %d owners", policy, owners)
                    .isGreaterThan(then);
            assertThat(reads + policy.writes(0, then))
                    .as("a write after, a read before: %s from %d owners", policy, owners)
                    .isGreaterThan(then);
            assertThat(Math.max(writes, reads)).as("that many there are").isLessThanOrEqualTo(then);
        });
    }

    /** What the leaving one knew all know that stay, so that only writes which it did not take are in question. */
    @Test
    void reads_and_writes_meet_across_a_shrinking_whoever_hears_of_it_first() {
        forAll((policy, owners) -> {
            if (owners > 1) {
                int then = owners - 1;
                assertThat(policy.writes(0, owners) + policy.reads(0, then)).isGreaterThan(then);
                assertThat(policy.reads(0, owners) + policy.writes(0, then)).isGreaterThan(then);
            }
        });
    }

    @Test
    void majorities_need_no_newcomer() {
        for (int n = 1; n <= N_MAX; n++) {
            int majority = n / 2 + 1;
            QuorumPolicy policy = policy(n, majority, majority);
            for (int owners = 1; owners < n; owners++) {
                assertThat(policy.reads(0, owners)).isEqualTo(owners / 2 + 1);
                assertThat(policy.writes(0, owners)).isEqualTo(owners / 2 + 1);
                assertThat(policy.readsTogether(0, owners)).isZero();
                assertThat(policy.writesTogether(0, owners)).isZero();
            }
        }
    }

    @Test
    void who_asks_for_so_few_that_they_need_not_meet_waits_for_no_newcomer() {
        QuorumPolicy policy = policy(3, 1, 3);
        assertThat(policy.writesTogether(0, 2)).isEqualTo(3);
        assertThat(policy.writesTogether(2, 2)).isZero();
        assertThat(policy(3, 1, 1).writesTogether(0, 2)).isZero();
    }

    @Test
    void what_is_asked_for_is_what_is_required_where_there_are_n_owners() {
        QuorumPolicy policy = policy(5, 2, 4);
        for (int asked = 1; asked <= 5; asked++) {
            assertThat(policy.reads(asked, 5)).isEqualTo(asked);
            assertThat(policy.writes(asked, 5)).isEqualTo(asked);
        }
    }

    private static void forAll(BiConsumer<QuorumPolicy, Integer> check) {
        for (int n = 1; n <= N_MAX; n++) {
            for (int r = 1; r <= n; r++) {
                for (int w = n + 1 - r; w <= n; w++) {
                    for (int owners = 1; owners <= n; owners++) {
                        check.accept(policy(n, r, w), owners);
                    }
                }
            }
        }
    }

    private static QuorumPolicy policy(int n, int r, int w) {
        return new QuorumPolicy(n, r, w, 0, 1, 1, 0, false, 0);
    }
}
