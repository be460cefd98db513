package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.ring.claim.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RingFoldTest {
    private static final Birth BIRTH =
            new Birth("test", "", List.of(spec("a"), spec("b"), spec("c")), 8, Partitioner.SLOTS, 3);
    private static final NodeId A = BIRTH.nodeId("a");
    private static final NodeId B = BIRTH.nodeId("b");
    private static final NodeId C = BIRTH.nodeId("c");
    private static final NodeId D = NodeId.of(4, 4);
    private static final NodeId E = NodeId.of(5, 5);

    private History history = History.EMPTY.with(BIRTH.events());

    @Test
    void every_initial_member_derives_the_same_bytes() {
        Birth shuffled = new Birth("test", "", List.of(spec("c"), spec("a"), spec("b")), 8, Partitioner.SLOTS, 3);
        assertThat(History.EMPTY.with(shuffled.events()).hash()).isEqualTo(history.hash());
        assertThat(shuffled.clusterId()).isEqualTo(BIRTH.clusterId());
        assertThat(List.of(BIRTH.clusterId().toString(), A.toString(), Long.toHexString(history.hash())))
                .containsExactly(
                        "913730c5-cdd4-3d06-993b-9ff51af3bcfe",
                        "23911b06-bab1-3775-83f7-77e0451ce1d7",
                        "7b1c260b6dc8a864");
    }

    @Test
    void other_settings_or_another_nonce_found_another_cluster() {
        List<MemberSpec> members = List.of(spec("a"), spec("b"), spec("c"));
        assertThat(new Birth("test", "", members, 16, Partitioner.SLOTS, 3).clusterId())
                .isNotEqualTo(BIRTH.clusterId());
        Birth again = new Birth("test", "again", members, 8, Partitioner.SLOTS, 3);
        assertThat(again.clusterId()).isNotEqualTo(BIRTH.clusterId());
        assertThat(again.nodeId("a")).isNotEqualTo(A);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Birth("x", "", List.of(spec("a"), spec("a")), 8, Partitioner.SLOTS, 3));
    }

    @Test
    void newborn_cluster_serves_with_all_owners_settled() {
        Ring ring = ring();
        assertThat(ring.members()).extracting(Member::state).containsOnly(MemberState.SERVING);
        assertThat(ring.moves()).isEmpty();
        for (int partition = 0; partition < 8; partition++) {
            assertThat(ring.settledOwners(partition)).containsExactlyInAnyOrder(A, B, C);
        }
        assertThat(RingFold.fold(History.EMPTY)).isEmpty();
    }

    @Test
    void joined_node_waits_for_a_plan_then_takes_over_partition_by_partition() {
        add(new Event.Joined(next(D), D, spec("d")));
        assertThat(stateOf(D)).isEqualTo(MemberState.JOINING);
        EventId plan = plan(A, B, C, D, A, B, C, D);
        Ring ring = ring();
        assertThat(stateOf(D)).isEqualTo(MemberState.SERVING);
        PreferenceList before = ring.preferenceList(3);
        Move move = active(3);
        assertThat(move.to()).isEqualTo(D);
        NodeId from = Objects.requireNonNull(move.from());
        assertThat(before.owners()).contains(from).doesNotContain(D);
        assertThat(before.incoming()).containsExactly(D);
        assertThat(before.hasConsented(from)).isFalse();

        add(new Event.Moved(next(from), plan, from, D, PartitionSet.of(3)));
        assertThat(active(3).consented()).isTrue();
        assertThat(ring().preferenceList(3).hasConsented(from)).isTrue();
        add(new Event.Settled(next(D), plan, from, D, PartitionSet.of(3)));
        assertThat(ring().preferenceList(3).moves()).isEmpty();
        assertThat(ring().preferenceList(3).settled()).contains(D).doesNotContain(from);
    }

    @Test
    void of_two_plans_on_one_base_the_lower_id_wins_and_what_builds_on_the_loser_is_void() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId base = ring().plan();
        Event.PlanCommitted winner =
                new Event.PlanCommitted(new EventId(100, A), base, 0, tokens(D, A, B, C, D, A, B, C));
        Event.PlanCommitted loser =
                new Event.PlanCommitted(new EventId(100, B), base, 0, tokens(A, B, C, D, A, B, C, D));
        if (A.compareTo(B) > 0) {
            Event.PlanCommitted swap = winner;
            winner = loser;
            loser = swap;
        }
        Event.PlanCommitted onLoser =
                new Event.PlanCommitted(new EventId(200, C), loser.id(), 0, tokens(D, D, D, D, D, D, D, D));
        add(loser, onLoser);
        assertThat(ring().plan()).isEqualTo(onLoser.id());
        add(winner);
        assertThat(ring().plan()).isEqualTo(winner.id());
        assertThat(ring().assignment()).isEqualTo(winner.tokens());
    }

    @Test
    void what_was_settled_or_consented_under_a_void_plan_stays_and_the_winner_moves_on_from_there() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId base = ring().plan();
        Event.PlanCommitted loser =
                new Event.PlanCommitted(new EventId(100, D), base, 0, tokens(D, A, B, C, D, A, B, C));
        add(loser);
        NodeId done = Objects.requireNonNull(active(0).from());
        NodeId consented = Objects.requireNonNull(active(4).from());
        add(new Event.Moved(next(done), loser.id(), done, D, PartitionSet.of(List.of(0, 4))));
        add(new Event.Settled(next(D), loser.id(), done, D, PartitionSet.of(0)));
        add(new Event.PlanCommitted(new EventId(99, A), base, 0, tokens(A, B, C, D, A, B, C, D)));
        Ring ring = ring();
        assertThat(ring.preferenceList(0).settled()).contains(D).doesNotContain(done);
        assertThat(ring.preferenceList(0).activeMove()).isEqualTo(new Move(0, D, done, false));
        assertThat(ring.preferenceList(4).settled()).contains(consented);
        assertThat(ring.preferenceList(4).incoming()).containsExactly(D);
        assertThat(ring.preferenceList(4).moves())
                .startsWith(new Move(4, consented, D, true))
                .contains(new Move(4, D, consented, false));
        add(new Event.Settled(next(D), loser.id(), consented, D, PartitionSet.of(4)));
        assertThat(ring().preferenceList(4).moves()).containsExactly(new Move(4, D, consented, false));
    }

    @Test
    void who_consented_to_one_that_is_removed_comes_back_as_a_newcomer_with_its_copy() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId plan = plan(A, B, C, D, A, B, C, D);
        NodeId from = Objects.requireNonNull(active(3).from());
        add(new Event.Moved(next(from), plan, from, D, PartitionSet.of(3)));
        add(new Event.Removed(next(A), D));
        PreferenceList list = ring().preferenceList(3);
        assertThat(list.hasConsented(from)).isFalse();
        assertThat(list.settled())
                .as("some may know that another has settled in its place")
                .doesNotContain(from);
        assertThat(list.activeMove()).isEqualTo(new Move(3, null, from, false));
        assertThat(list.incoming()).containsExactly(from);
        assertThat(list.isReturning(from)).isTrue();
        add(new Event.Settled(next(from), plan, null, from, PartitionSet.of(3)));
        assertThat(ring().settledOwners(3)).contains(from);
        assertThat(ring().preferenceList(3).returning()).isEmpty();
    }

    @Test
    void who_served_after_its_successor_was_removed_is_not_disowned_by_what_is_heard_late() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId plan = plan(A, B, C, D, A, B, C, D);
        NodeId from = Objects.requireNonNull(active(3).from());
        add(new Event.Moved(next(from), plan, from, D, PartitionSet.of(3)));
        Event heardLate = new Event.Settled(next(D), plan, from, D, PartitionSet.of(3));
        add(new Event.Removed(new EventId(heardLate.id().stamp() + 1, A), D));
        assertThat(ring().settledOwners(3))
                .as("it takes writes, and acknowledges none alone")
                .doesNotContain(from);
        add(new Event.Settled(new EventId(heardLate.id().stamp() + 2, from), plan, null, from, PartitionSet.of(3)));
        assertThat(ring().settledOwners(3)).as("it takes writes again").contains(from);
        add(heardLate);
        assertThat(ring().settledOwners(3)).as("which nobody else may have").contains(from);
    }

    @Test
    void who_heard_that_the_removed_one_had_settled_and_who_did_not_see_the_same_owners() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId plan = plan(A, B, C, D, A, B, C, D);
        NodeId from = Objects.requireNonNull(active(3).from());
        add(new Event.Moved(next(from), plan, from, D, PartitionSet.of(3)));
        Event settled = new Event.Settled(next(D), plan, from, D, PartitionSet.of(3));
        add(new Event.Removed(new EventId(settled.id().stamp() + 1, A), D));
        List<NodeId> without = ring().settledOwners(3);
        add(settled);
        assertThat(ring().settledOwners(3)).isEqualTo(without);
    }

    @Test
    void the_last_copy_comes_back_before_a_node_that_has_nothing_takes_over() {
        history = History.EMPTY;
        add(new Event.Created(next(A), BIRTH.clusterId(), "test", 8, Partitioner.SLOTS, 1));
        for (NodeId node : List.of(A, B, C)) {
            add(new Event.Joined(next(node), node, spec("n" + node.uuid())));
        }
        plan(A, A, A, A, A, A, A, A);
        EventId plan = plan(B, C, B, C, B, C, B, C);
        add(new Event.Moved(next(A), plan, A, B, PartitionSet.of(0)));
        add(new Event.Removed(next(A), B));
        PreferenceList list = ring().preferenceList(0);
        assertThat(list.settled()).isEmpty();
        assertThat(list.moves()).containsExactly(new Move(0, null, A, false), new Move(0, A, C, false));
        assertThat(RingBuilder.from(ring()).build().preferenceList(0)).isEqualTo(list);
    }

    @Test
    void of_two_that_consented_to_one_successor_neither_answers_before_it_has_settled() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId plan = plan(A, B, C, D, A, B, C, D);
        NodeId one = Objects.requireNonNull(active(3).from());
        NodeId other = ring().settledOwners(3).stream()
                .filter(owner -> !owner.equals(one))
                .findFirst()
                .orElseThrow();
        add(new Event.Moved(next(one), plan, one, D, PartitionSet.of(3)));
        add(new Event.Moved(next(other), plan, other, D, PartitionSet.of(3)));
        assertThat(ring().preferenceList(3).hasConsented(one)).isTrue();
        assertThat(ring().preferenceList(3).hasConsented(other)).isTrue();
        assertThat(ring().preferenceList(3).incoming()).containsExactly(D);
        assertThat(ring().preferenceList(3).owners()).contains(one, other).doesNotHaveDuplicates();
        add(new Event.Settled(next(D), plan, one, D, PartitionSet.of(3)));
        assertThat(ring().preferenceList(3).settled()).contains(D, other).doesNotContain(one);
        assertThat(ring().preferenceList(3).hasConsented(other)).isFalse();
    }

    @Test
    void who_has_given_a_partition_up_and_is_wanted_again_is_listed_once() {
        EventId plan = plan(A, B, A, B, A, B, A, B);
        add(new Event.Moved(next(C), plan, C, null, PartitionSet.of(0)));
        plan(A, B, C, A, B, C, A, B);
        PreferenceList list = ring().preferenceList(0);
        assertThat(list.moves()).containsExactly(new Move(0, C, null, true), new Move(0, null, C, false));
        assertThat(list.owners()).containsExactlyInAnyOrder(A, B, C);
        assertThat(list.incoming()).isEmpty();
    }

    @Test
    void who_owns_a_partition_again_has_not_consented_to_give_it_up_again() {
        add(new Event.Joined(next(D), D, spec("d")));
        EventId plan = plan(A, B, C, D, A, B, C, D);
        NodeId from = Objects.requireNonNull(active(3).from());
        add(new Event.Moved(next(from), plan, from, D, PartitionSet.of(3)));
        add(new Event.Settled(next(D), plan, from, D, PartitionSet.of(3)));
        EventId back = plan(A, B, C, C, A, B, C, C);
        add(new Event.Settled(next(from), back, D, from, PartitionSet.of(3)));
        assertThat(ring().preferenceList(3).settled()).contains(from);
        assertThat(ring().preferenceList(3).hasConsented(from)).isFalse();
    }

    @Test
    void removed_node_stays_out_for_ever_and_the_rest_serve_on() {
        add(new Event.Removed(next(A), C), new Event.Joined(new EventId(500, C), C, spec("c")));
        Ring ring = ring();
        assertThat(ring.isGone(C)).isTrue();
        assertThat(ring.members()).extracting(Member::id).containsExactlyInAnyOrder(A, B);
        assertThat(ring.settledOwners(0)).containsExactlyInAnyOrder(A, B);
        plan(A, B, C, C, A, B, C, C);
        assertThat(ring().preferenceList(2).owners()).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void replacement_gets_the_tokens_and_must_settle_everywhere() {
        add(new Event.Joined(next(D), D, spec("d")), new Event.Joined(next(E), E, spec("e")));
        add(new Event.Replaced(next(A), C, D));
        add(new Event.Replaced(next(A), D, E));
        Ring ring = ring();
        assertThat(Objects.requireNonNull(ring.assignment()).counts())
                .doesNotContainKeys(C, D)
                .containsKey(E);
        assertThat(ring.preferenceList(1).owners()).containsExactlyInAnyOrder(A, B, E);
        assertThat(ring.preferenceList(1).settled()).containsExactlyInAnyOrder(A, B);
        assertThat(ring.preferenceList(1).activeMove()).isEqualTo(new Move(1, null, E, false));
        add(new Event.Settled(next(E), planOf(ring), null, E, PartitionSet.of(1)));
        assertThat(ring().preferenceList(1).settled()).containsExactlyInAnyOrder(A, B, E);
    }

    @Test
    void leaving_node_keeps_its_partitions_until_they_have_moved() {
        add(new Event.Leaving(next(C), C));
        EventId plan = plan(A, B, A, B, A, B, A, B);
        assertThat(stateOf(C)).isEqualTo(MemberState.LEAVING);
        assertThat(ring().preferenceList(0).settled()).containsExactlyInAnyOrder(A, B, C);
        assertThat(ring().preferenceList(0).activeMove()).isEqualTo(new Move(0, C, null, false));
        add(new Event.Settled(next(C), plan, C, null, PartitionSet.of(0)));
        assertThat(ring().preferenceList(0).owners()).containsExactlyInAnyOrder(A, B);
        add(new Event.Left(next(C), C));
        assertThat(stateOf(C)).isEqualTo(MemberState.LEFT);
    }

    @Test
    void flush_stamp_is_the_highest_and_configuration_the_latest() {
        add(new Event.Flushed(new EventId(50, A), 900), new Event.Flushed(new EventId(60, A), 800));
        add(new Event.Configured(new EventId(71, A), "x", "new"), new Event.Configured(new EventId(70, A), "x", "old"));
        assertThat(ring().flushStamp()).isEqualTo(900);
        assertThat(ring().configuration()).containsEntry("x", "new").hasSize(1);
    }

    @Test
    void event_of_a_later_version_changes_nothing_but_is_counted() {
        add(new Event.Opaque(next(A), 77, 1, HexBytes.of(new byte[3])));
        assertThat(ring().ignoredEvents()).isEqualTo(1);
        assertThat(ring().members()).hasSize(3);
    }

    @Test
    void new_ids_are_above_all_that_is_known_whatever_the_clock_says() {
        add(new Event.Leaving(new EventId(1000, A), A));
        assertThat(history.nextId(7, B)).isEqualTo(new EventId(1001, B));
        assertThat(history.nextId(2000, B)).isEqualTo(new EventId(2000, B));
    }

    /** Random lives of clusters: any order, any repetition, any split of the same events gives equal rings. */
    @Test
    void same_events_same_ring() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> events = randomLife(random);
            Ring expected = RingFold.fold(History.EMPTY.with(events)).orElseThrow();
            for (int run = 0; run < 3; run++) {
                History gathered = History.EMPTY;
                List<Event> left = new ArrayList<>(events);
                for (int i = random.nextInt(events.size()); i > 0; i--) {
                    left.add(events.get(random.nextInt(events.size())));
                }
                while (!left.isEmpty()) {
                    List<Event> part = new ArrayList<>();
                    for (int i = 1 + random.nextInt(5); i > 0 && !left.isEmpty(); i--) {
                        part.add(left.remove(random.nextInt(left.size())));
                    }
                    gathered = gathered.with(part);
                }
                assertThat(RingFold.fold(gathered).orElseThrow())
                        .as("seed %d", seed)
                        .isEqualTo(expected);
            }
            checkInvariants(expected, "seed " + seed);
        }
    }

    private static void checkInvariants(Ring ring, String as) {
        for (int partition = 0; partition < ring.partitions(); partition++) {
            PreferenceList list = ring.preferenceList(partition);
            List<NodeId> all = new ArrayList<>(list.owners());
            all.addAll(list.fallbacks());
            assertThat(all).as(as).doesNotHaveDuplicates().noneMatch(ring::isGone);
            assertThat(list.owners()).as(as).containsAll(list.settled());
            List<NodeId> settled = new ArrayList<>(list.settled());
            for (Move move : list.moves()) {
                assertThat(list.fallbacks()).as(as).doesNotContain(move.to());
                // Each goes on from where those before it have led to.
                assertThat(move.from() == null || settled.remove(move.from()))
                        .as(as)
                        .isTrue();
                if (move.to() != null && !settled.contains(move.to())) {
                    settled.add(move.to());
                }
            }
            assertThat(settled).as(as).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(ring.n());
        }
    }

    private static List<Event> randomLife(SplittableRandom random) {
        List<Event> events = new ArrayList<>(BIRTH.events());
        List<NodeId> nodes = new ArrayList<>(List.of(A, B, C));
        History known = History.EMPTY.with(events);
        for (int step = 0; step < 25; step++) {
            NodeId author = nodes.get(random.nextInt(nodes.size()));
            NodeId other = nodes.get(random.nextInt(nodes.size()));
            EventId id = new EventId(known.nextId(0, author).stamp() + random.nextInt(3) - 1, author);
            Ring ring = RingFold.fold(known).orElseThrow();
            Event event = switch (random.nextInt(8)) {
                case 0, 1 -> {
                    NodeId node = NodeId.of(random.nextLong(), step);
                    nodes.add(node);
                    yield new Event.Joined(id, node, spec("n" + step));
                }
                case 2 ->
                    new Event.PlanCommitted(
                            id, ring.plan(), known.hash(), Claim.claim(8, 3, ring.members(), ring.assignment()));
                case 3, 4, 5 -> done(ring, id, random);
                case 6 ->
                    ring.members().size() > 2
                            ? new Event.Removed(id, other)
                            : new Event.Flushed(id, random.nextInt(1000));
                default -> new Event.Replaced(id, other, nodes.get(nodes.size() - 1));
            };
            if (event instanceof Event.Replaced && ring.members().size() <= 2) {
                continue;
            }
            events.add(event);
            if (random.nextInt(4) > 0) {
                known = known.with(List.of(event));
            }
        }
        return events;
    }

    private static Event done(Ring ring, EventId id, SplittableRandom random) {
        if (ring.moves().isEmpty()) {
            return new Event.Configured(id, "x", "" + random.nextInt());
        }
        Move move = ring.moves().get(random.nextInt(ring.moves().size()));
        EventId plan = planOf(ring);
        return move.from() != null && random.nextBoolean()
                ? new Event.Moved(id, plan, move.from(), move.to(), PartitionSet.of(move.partition()))
                : new Event.Settled(id, plan, move.from(), move.to(), PartitionSet.of(move.partition()));
    }

    private void add(Event... events) {
        history = history.with(List.of(events));
    }

    private EventId plan(NodeId... tokens) {
        EventId id = next(A);
        add(new Event.PlanCommitted(id, ring().plan(), history.hash(), tokens(tokens)));
        return id;
    }

    private EventId next(NodeId author) {
        return history.nextId(0, author);
    }

    private MemberState stateOf(NodeId node) {
        return Objects.requireNonNull(ring().member(node)).state();
    }

    private Move active(int partition) {
        return Objects.requireNonNull(ring().preferenceList(partition).activeMove());
    }

    private static EventId planOf(Ring ring) {
        return Objects.requireNonNull(ring.plan());
    }

    private Ring ring() {
        return RingFold.fold(history).orElseThrow();
    }

    private static Assignment tokens(NodeId... tokens) {
        return new Assignment(List.of(tokens));
    }

    private static MemberSpec spec(String name) {
        return MemberSpec.parse(name + "@localhost:7379");
    }
}
