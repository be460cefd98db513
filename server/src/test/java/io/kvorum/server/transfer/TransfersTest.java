package io.kvorum.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.PullAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TransfersTest {
    private static final long REST = 100;
    private static final TransferPolicy POLICY = new TransferPolicy(2, 4, 1000, 2, 8, 3, 50, REST, 10_000);
    private static final NodeId SELF = NodeId.of(0, 1);
    private static final NodeId OLD = NodeId.of(0, 2);
    private static final byte[] RECORD = {1};
    private static final int PEER = 1;
    private static final long LIFE = 7;

    private final List<String> effects = new ArrayList<>();
    private final Transfers transfers = new Transfers(POLICY);
    private boolean room = true;
    private long root = 5;
    private long ticket;
    private final TransferEffects recorder = new TransferEffects() {
        @Override
        public boolean drop(int partition) {
            effects.add("drop " + partition);
            return room;
        }

        @Override
        public void pull(int peer, int partition, long asked, long fromHash) {
            ticket = asked;
            effects.add("pull " + partition + " from " + peer + " at " + fromHash);
        }

        @Override
        public void askLeaves(int peer, int partition, long asked, int first) {
            ticket = asked;
            effects.add("leaves of " + peer + " from " + first);
        }

        @Override
        public void askEntries(int peer, int partition, long asked, int[] leaves) {
            ticket = asked;
            effects.add("entries of " + peer + " " + Arrays.toString(leaves));
        }

        @Override
        public void fetch(int peer, int partition, long asked, long[] positions) {
            ticket = asked;
            effects.add("fetch of " + peer + " " + Arrays.toString(positions));
        }

        @Override
        public void force(int partition, long asked) {
            ticket = asked;
            effects.add("force " + partition);
        }

        @Override
        public boolean merge(int partition, byte[] record) {
            return room;
        }

        @Override
        public long root(int partition) {
            return root;
        }

        @Override
        public int leafCount() {
            return 4;
        }

        @Override
        public long leaf(int partition, int leaf) {
            return leaf;
        }

        @Override
        public int leavesAtOnce(int partition) {
            return 8;
        }

        @Override
        public long[] lacking(int partition, int[] leaves, EntriesAnswer answer) {
            return answer.positions();
        }
    };

    @Test
    void partition_is_dropped_pulled_consented_to_compared_and_forced_before_it_is_done() {
        begin(pair(3));
        assertEffects("drop 3", "pull 3 from 1 at 0");
        transfers.onPulled(3, ticket, new PullAnswer(9, 100, List.of(RECORD)), 0, recorder);
        assertEffects("pull 3 from 1 at 9");
        transfers.onPulled(3, ticket, new PullAnswer(PullAnswer.END, 100, List.of()), 0, recorder);
        assertThat(wanted()).containsExactly(3);

        consent(3, LIFE, 99);
        assertEffects("leaves of 1 from 0");
        transfers.onLeaves(3, ticket, new LeavesAnswer(new long[] {0, 8, 2, 9}), 0, recorder);
        assertEffects("entries of 1 [1, 3]");
        transfers.onEntries(
                3,
                ticket,
                new EntriesAnswer(new int[] {2, 1}, new long[] {11, 12, 31}, new long[] {1, 1, 1}),
                0,
                recorder);
        assertEffects("fetch of 1 [11, 12]");
        transfers.onFetched(3, ticket, new FetchAnswer(2, List.of(RECORD, RECORD)), 0, recorder);
        assertEffects("fetch of 1 [31]");
        transfers.onFetched(3, ticket, new FetchAnswer(1, List.of(RECORD)), 0, recorder);

        assertThat(wanted()).as("asked once more").containsExactly(3);
        consent(3, LIFE, 98);
        assertEffects("force 3");
        assertThat(transfers.done(0)).isEmpty();
        transfers.onForced(3, ticket, true, 0);
        assertThat(transfers.done(0)).hasSize(1);
        assertThat(transfers.records()).isEqualTo(4);
    }

    @Test
    void copies_with_equal_sums_are_not_compared() {
        begin(pair(3));
        pulled(3);
        consent(3, LIFE, root);
        assertThat(wanted()).containsExactly(3);
        consent(3, LIFE, root);
        assertEffects("force 3");
    }

    @Test
    void source_that_began_another_life_meanwhile_is_compared_again() {
        begin(pair(3));
        pulled(3);
        consent(3, LIFE, root);
        consent(3, LIFE + 1, 99);
        assertEffects("leaves of 1 from 0");
        assertThat(transfers.done(0)).isEmpty();
    }

    @Test
    void who_joins_compares_with_all_owners_and_settles_when_all_know() {
        TransferStep growth =
                new TransferStep(new Move(2, null, SELF, false), List.of(PEER, 2), List.of(), true, true, 1);
        transfers.onPeerUp(2);
        begin(growth);
        pulled(2);
        consent(2, LIFE, 99);
        assertEffects();
        transfers.onConsent(2, growth, LIFE, 98, 0, recorder);
        assertEffects("leaves of 1 from 0");
        transfers.onLeaves(2, ticket, new LeavesAnswer(new long[] {0, 1, 2, 3}), 0, recorder);
        assertEffects("leaves of 2 from 0");
    }

    @Test
    void who_joins_compares_again_when_an_owner_that_goes_on_writing_did_not_reach_it() {
        TransferStep growth = new TransferStep(new Move(2, null, SELF, false), List.of(PEER), List.of(), true, true, 1);
        begin(growth);
        pulled(2);
        consent(2, LIFE, root);
        transfers.onNoConsent(growth, 0);
        transfers.advance(REST, recorder);
        transfers.onConsent(PEER, growth, LIFE, 99, REST, recorder);
        assertEffects("leaves of 1 from 0");
        assertThat(transfers.done(REST)).isEmpty();
    }

    @Test
    void who_stays_when_another_leaves_pulls_nothing_and_drops_nothing() {
        begin(new TransferStep(new Move(4, OLD, null, false), List.of(PEER), List.of(), false, true, 1));
        assertEffects();
        assertThat(wanted()).containsExactly(4);
    }

    @Test
    void of_those_that_stay_the_first_tells_once_the_others_have_all_too() {
        TransferStep step = new TransferStep(new Move(4, OLD, null, false), List.of(PEER), List.of(2), false, true, 7);
        transfers.onPeerUp(2);
        begin(step);
        transfers.onConsent(2, step, LIFE, 0, 0, recorder);
        consent(step, root);
        assertThat(transfers.digestWanted(step))
                .as("the life of the leaving one")
                .isEqualTo(7);
        consent(step, root);
        assertEffects();
        assertThat(transfers.digestWanted(step)).isEqualTo(TransferStep.doneDigest(7));
        assertThat(transfers.consentsWantedOf(2, 0)).containsExactly(step);
        transfers.onNoConsent(step, 0);
        assertThat(transfers.consentsWantedOf(2, 0)).isEmpty();
        assertThat(transfers.consentsWantedOf(2, REST)).containsExactly(step);
        transfers.onConsent(2, step, LIFE, 0, REST, recorder);
        assertEffects("force 4");
        transfers.onForced(4, ticket, true, REST);
        assertThat(transfers.done(REST)).containsExactly(step);
    }

    @Test
    void who_stays_and_is_not_the_first_tells_nothing_and_knows_when_it_has_all() {
        TransferStep step = new TransferStep(new Move(4, OLD, null, false), List.of(PEER), List.of(2), false, false, 7);
        transfers.onPeerUp(2);
        begin(step);
        transfers.onConsent(2, step, LIFE, 0, 0, recorder);
        consent(step, root);
        consent(step, root);
        assertEffects("force 4");
        assertThat(transfers.isDone(4, 7, 0)).isFalse();
        transfers.onForced(4, ticket, true, 0);
        assertThat(transfers.isDone(4, 7, 0)).isTrue();
        assertThat(transfers.isDone(4, 8, 0)).as("another step").isFalse();
        assertThat(transfers.done(0)).isEmpty();
    }

    @Test
    void who_waits_for_others_to_get_all_keeps_none_of_its_own_waiting() {
        List<TransferStep> steps = new ArrayList<>();
        transfers.onPeerUp(2);
        for (int partition = 0; partition < POLICY.transfersMax(); partition++) {
            steps.add(new TransferStep(
                    new Move(partition, OLD, null, false), List.of(PEER), List.of(2), false, true, partition));
        }
        steps.add(pair(POLICY.transfersMax()));
        begin(steps.toArray(TransferStep[]::new));
        for (TransferStep step : steps) {
            transfers.onConsent(2, step, LIFE, 0, 0, recorder);
            consent(step, root);
            consent(step, root);
        }
        assertEffects();
        transfers.advance(0, recorder);
        assertThat(effects).contains("pull " + POLICY.transfersMax() + " from 1 at 0");
    }

    @Test
    void pause_holds_what_nobody_has_consented_to_and_nothing_else() {
        begin(pair(1), pair(2));
        transfers.pause(true);
        pulled(2);
        long late = POLICY.companyNanos() + 1;
        transfers.advance(late, recorder);
        assertEffects();
        assertThat(transfers.consentsWantedOf(PEER, late)).as("nobody is asked").isEmpty();
        assertThat(transfers.isHeld(1)).isTrue();
        transfers.pause(false);
        assertThat(transfers.consentsWantedOf(PEER, late)).containsExactly(pair(2));
        transfers.pause(true);
        transfers.onConsent(PEER, pair(2), LIFE, 99, late, recorder);
        assertEffects("leaves of 1 from 0");
        assertThat(transfers.isHeld(2)).as("it has consented").isFalse();
        assertThat(transfers.isHeld(1)).isTrue();
    }

    @Test
    void what_was_consented_to_in_another_life_goes_on_while_transfers_are_paused() {
        transfers.pause(true);
        TransferStep held = pair(1);
        TransferStep consented =
                new TransferStep(new Move(2, OLD, SELF, true), List.of(PEER), List.of(), true, true, 2);
        TransferStep returning = new TransferStep(new Move(3, null, SELF, false), List.of(), List.of(), false, true, 3);
        begin(held, consented, returning);
        assertEffects("drop 2", "pull 2 from 1 at 0", "force 3");
    }

    @Test
    void that_a_step_was_consented_to_is_heard_of_while_it_is_under_way() {
        begin(pair(1));
        transfers.pause(true);
        assertThat(transfers.isHeld(1)).isTrue();
        transfers.onSteps(
                List.of(new TransferStep(new Move(1, OLD, SELF, true), List.of(PEER), List.of(), true, true, 1)));
        assertThat(transfers.isHeld(1)).isFalse();
    }

    @Test
    void nobody_gives_up_before_the_other_owners_know_of_all_changes_before() {
        TransferStep step = new TransferStep(new Move(3, OLD, SELF, false), List.of(PEER), List.of(2), true, true, 3);
        transfers.onPeerUp(2);
        begin(step);
        pulled(3);
        assertThat(wanted()).isEmpty();
        assertThat(transfers.consentsWantedOf(2, 0)).containsExactly(step);
        transfers.onNoConsent(step, 0);
        assertThat(transfers.consentsWantedOf(2, REST)).containsExactly(step);
        transfers.onConsent(2, step, LIFE, 1, REST, recorder);
        assertThat(transfers.consentsWantedOf(PEER, REST)).containsExactly(step);
    }

    @Test
    void consents_wait_a_while_for_company_but_the_last_word_does_not() {
        begin(pair(0), pair(1), pair(2));
        transfers.onPulled(1, ticket, new PullAnswer(PullAnswer.END, 100, List.of()), 0, recorder);
        assertThat(wanted()).isEmpty();
        long late = POLICY.companyNanos() + 1;
        assertThat(transfers.consentsWantedOf(PEER, late)).containsExactly(pair(1));
        transfers.onConsent(PEER, pair(1), LIFE, root, late, recorder);
        assertThat(transfers.consentsWantedOf(PEER, late)).containsExactly(pair(1));
    }

    @Test
    void nothing_is_dropped_where_nobody_else_has_anything() {
        begin(new TransferStep(new Move(4, null, SELF, false), List.of(), List.of(), true, true, 1));
        transfers.advance(0, recorder);
        assertEffects("force 4");
    }

    @Test
    void few_partitions_are_pulled_at_a_time_and_none_from_who_is_down() {
        begin(pair(0), pair(1), pair(2));
        assertEffects("drop 0", "pull 0 from 1 at 0", "drop 1", "pull 1 from 1 at 0");
        Transfers others = new Transfers(POLICY);
        others.onSteps(List.of(pair(0)));
        others.advance(0, recorder);
        assertEffects();
    }

    @Test
    void partitions_of_a_source_that_went_away_midway_keep_no_other_waiting() {
        TransferStep fromOther =
                new TransferStep(new Move(5, NodeId.of(0, 3), SELF, false), List.of(2), List.of(), true, true, 5);
        transfers.onPeerUp(2);
        begin(pair(0), pair(1), fromOther);
        assertEffects("drop 0", "pull 0 from 1 at 0", "drop 1", "pull 1 from 1 at 0");
        transfers.onPeerDown(PEER);
        transfers.advance(REST, recorder);
        assertEffects("drop 5", "pull 5 from 2 at 0");
    }

    @Test
    void partition_whose_other_owner_is_away_keeps_no_other_waiting() {
        TransferStep witnessed =
                new TransferStep(new Move(0, OLD, SELF, false), List.of(PEER), List.of(2), true, true, 0);
        begin(witnessed, pair(1), pair(2));
        assertEffects("drop 1", "pull 1 from 1 at 0", "drop 2", "pull 2 from 1 at 0");
    }

    @Test
    void what_failed_is_tried_again_after_a_rest_from_where_it_was() {
        begin(pair(3));
        transfers.onPulled(3, ticket, new PullAnswer(9, 100, List.of(RECORD)), 0, recorder);
        effects.clear();
        transfers.onFailed(3, ticket, 0);
        transfers.advance(REST - 1, recorder);
        assertEffects();
        transfers.advance(REST, recorder);
        assertEffects("pull 3 from 1 at 9");
        room = false;
        transfers.onPulled(3, ticket, new PullAnswer(12, 100, List.of(RECORD)), REST, recorder);
        room = true;
        transfers.advance(2 * REST, recorder);
        assertEffects("pull 3 from 1 at 9");
    }

    @Test
    void consent_that_is_not_given_is_asked_for_again_after_a_rest() {
        begin(pair(3));
        pulled(3);
        transfers.onNoConsent(pair(3), 0);
        assertThat(wanted()).isEmpty();
        transfers.advance(REST, recorder);
        assertThat(transfers.consentsWantedOf(PEER, REST)).hasSize(1);
    }

    @Test
    void transfer_that_takes_too_long_begins_anew() {
        begin(pair(3));
        transfers.onFailed(3, ticket, 0);
        effects.clear();
        transfers.advance(POLICY.ageNanosMax() + 1, recorder);
        assertEffects("drop 3", "pull 3 from 1 at 0");
    }

    @Test
    void what_is_done_and_cannot_be_told_for_too_long_begins_anew() {
        begin(pair(3));
        pulled(3);
        consent(3, LIFE, root);
        consent(3, LIFE, root);
        transfers.onForced(3, ticket, true, 0);
        assertThat(transfers.done(POLICY.ageNanosMax())).hasSize(1);
        assertThat(transfers.done(POLICY.ageNanosMax() + 1)).isEmpty();
        effects.clear();
        transfers.advance(POLICY.ageNanosMax() + 1, recorder);
        assertEffects("drop 3", "pull 3 from 1 at 0");
    }

    @Test
    void answers_to_a_step_that_is_wanted_no_more_are_ignored() {
        begin(pair(3));
        long stale = ticket;
        TransferStep changed =
                new TransferStep(new Move(3, OLD, SELF, false), List.of(PEER), List.of(), true, true, 77);
        transfers.onSteps(List.of(changed));
        transfers.advance(0, recorder);
        effects.clear();
        transfers.onPulled(3, stale, new PullAnswer(PullAnswer.END, 100, List.of()), 0, recorder);
        transfers.onConsent(PEER, pair(3), LIFE, root, 0, recorder);
        assertEffects();
        assertThat(wanted()).isEmpty();
        transfers.onSteps(List.of());
        assertThat(transfers.pending()).isZero();
    }

    private void begin(TransferStep... steps) {
        transfers.onPeerUp(PEER);
        transfers.onSteps(List.of(steps));
        transfers.advance(0, recorder);
    }

    private void pulled(int partition) {
        transfers.onPulled(partition, ticket, new PullAnswer(PullAnswer.END, 100, List.of()), 0, recorder);
        effects.clear();
    }

    private void consent(int partition, long life, long rootThere) {
        TransferStep step = transfers.consentsWantedOf(PEER, 0).stream()
                .filter(wanted -> wanted.partition() == partition)
                .findFirst()
                .orElseThrow();
        transfers.onConsent(PEER, step, life, rootThere, 0, recorder);
    }

    private List<Integer> wanted() {
        return transfers.consentsWantedOf(PEER, 0).stream()
                .map(TransferStep::partition)
                .toList();
    }

    private static TransferStep pair(int partition) {
        return new TransferStep(new Move(partition, OLD, SELF, false), List.of(PEER), List.of(), true, true, partition);
    }

    private void consent(TransferStep step, long itsRoot) {
        transfers.onConsent(PEER, step, LIFE, itsRoot, 0, recorder);
    }

    private void assertEffects(String... expected) {
        assertThat(effects).containsExactly(expected);
        effects.clear();
    }
}
