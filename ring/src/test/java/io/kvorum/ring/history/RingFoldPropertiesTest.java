package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.ring.claim.Claim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is folded step by step is what is folded from nothing, for random histories that are learnt in random orders. */
class RingFoldPropertiesTest {
    private static final int PARTITIONS = RandomLives.PARTITIONS;
    private static final Birth BIRTH = RandomLives.birth(PARTITIONS);

    @Test
    void whatever_the_order_in_which_events_come_the_ring_is_that_of_a_fold_from_nothing() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> left = RandomLives.randomLife(random);
            RingFold fold = new RingFold();
            History known = History.EMPTY;
            int lateness = 1 + random.nextInt(12);
            while (!left.isEmpty()) {
                List<Event> part = new ArrayList<>();
                for (int i = 1 + random.nextInt(4); i > 0 && !left.isEmpty(); i--) {
                    part.add(left.remove(random.nextInt(Math.min(left.size(), lateness))));
                }
                known = known.with(part);
                checkStep(fold, known, seed);
            }
        }
    }

    @Test
    void a_fold_goes_on_from_any_other_history() {
        for (long seed = first(); seed < first() + runs() / 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> events = RandomLives.randomLife(random);
            RingFold fold = new RingFold();
            for (int step = 0; step < 20; step++) {
                History some = History.EMPTY;
                for (Event event : events) {
                    some = random.nextInt(4) == 0 ? some : some.with(List.of(event));
                }
                checkStep(fold, some, seed);
            }
        }
    }

    @Test
    void events_that_were_read_anew_are_those_that_were_folded() {
        SplittableRandom random = new SplittableRandom(7);
        List<Event> events = RandomLives.randomLife(random);
        RingFold fold = new RingFold();
        History known = History.EMPTY;
        for (int i = 0; i < events.size(); i++) {
            int j = Math.min(events.size() - 1, i + (i > 3 && i % 2 == 0 ? 1 : 0));
            known = decoded(known.with(List.of(events.get(j)))).with(events.subList(0, i));
            checkStep(fold, known, 7);
        }
    }

    private static History decoded(History history) {
        ByteWriter out = new ByteWriter(1024);
        history.encode(out);
        return History.decode(new ByteReader(out.toByteArray()));
    }

    @Test
    void what_an_event_does_not_change_is_the_same_object_as_before() {
        History known = History.EMPTY.with(BIRTH.events());
        NodeId d = NodeId.of(9, 9);
        known = known.with(List.of(new Event.Joined(known.nextId(0, d), d, RandomLives.spec("d", "z2"))));
        RingFold fold = new RingFold();
        Ring ring = fold.update(known).orElseThrow();
        known = known.with(List.of(new Event.PlanCommitted(
                known.nextId(0, d), ring.plan(), 0, Claim.claim(PARTITIONS, 3, ring.members(), ring.assignment()))));
        Ring planned = fold.update(known).orElseThrow();
        Move move = planned.moves().get(0);
        NodeId from = move.from() == null ? d : move.from();
        known = known.with(List.of(new Event.Moved(
                known.nextId(0, from),
                known.events().get(0).id(),
                from,
                move.to(),
                PartitionSet.of(move.partition()))));
        Ring consented = fold.update(known).orElseThrow();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            PreferenceList before = planned.preferenceList(partition);
            PreferenceList after = consented.preferenceList(partition);
            if (partition == move.partition()) {
                assertThat(after).isNotEqualTo(before);
            } else {
                assertThat(after).isSameAs(before);
            }
        }
        assertThat(consented.known()).isSameAs(planned.known());
        assertThat(consented.members()).isSameAs(planned.members());
        assertThat(consented.assignment()).isSameAs(planned.assignment());
        known = known.with(List.of(new Event.Flushed(known.nextId(0, d), 5)));
        Ring flushed = fold.update(known).orElseThrow();
        assertThat(flushed.moves()).isSameAs(consented.moves());
    }

    @Test
    void walk_of_any_partition_is_that_of_the_paper() {
        for (long seed = first(); seed < first() + runs() / 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int partitions = 1 << random.nextInt(9);
            int nodes = 1 + random.nextInt(40);
            NodeId[] tokens = new NodeId[partitions];
            Arrays.setAll(tokens, i -> NodeId.of(1, random.nextInt(nodes)));
            RingBuilder builder =
                    new RingBuilder(BIRTH.clusterId(), "test", partitions, Partitioner.SLOTS, 1 + random.nextInt(5));
            for (int node = 0; node < nodes; node++) {
                if (random.nextInt(5) > 0) {
                    builder.member(
                            new Member(NodeId.of(1, node), RandomLives.spec("n" + node, "z1"), MemberState.SERVING));
                }
            }
            Ring ring = builder.plan(null, new Assignment(List.of(tokens))).build();
            for (int partition = 0; partition < partitions; partition++) {
                List<NodeId> met = new ArrayList<>();
                for (int i = 0; i < partitions; i++) {
                    NodeId node = tokens[(partition + i) % partitions];
                    if (ring.member(node) != null && !met.contains(node)) {
                        met.add(node);
                    }
                }
                List<NodeId> walked =
                        new ArrayList<>(ring.preferenceList(partition).owners());
                walked.addAll(ring.preferenceList(partition).fallbacks());
                assertThat(walked).as("seed %d, partition %d", seed, partition).isEqualTo(met);
            }
        }
    }

    private static void checkStep(RingFold fold, History known, long seed) {
        Ring stepped = fold.update(known).orElse(null);
        Ring expected = RingFold.fold(known).orElse(null);
        assertThat(stepped).as("seed %d, %s", seed, known).isEqualTo(expected);
        if (stepped != null && expected != null) {
            assertThat(stepped.moves()).as("seed %d", seed).isEqualTo(expected.moves());
            assertThat(stepped.members()).as("seed %d", seed).isEqualTo(expected.members());
            for (Member member : stepped.members()) {
                if (member.state() != MemberState.LEAVING) {
                    assertThat(member.state())
                            .as("seed %d, %s", seed, member)
                            .isEqualTo(hasOrGets(stepped, member.id()) ? MemberState.SERVING : MemberState.JOINING);
                }
            }
            // What a ring holds beside the lists shows in what is tried out on it.
            assertThat(RingBuilder.from(stepped).build())
                    .as("seed %d", seed)
                    .isEqualTo(RingBuilder.from(expected).build());
        }
    }

    private static boolean hasOrGets(Ring ring, NodeId node) {
        Assignment tokens = ring.assignment();
        boolean found = tokens != null && tokens.tokens().contains(node);
        for (int partition = 0; partition < ring.partitions() && !found; partition++) {
            PreferenceList list = ring.preferenceList(partition);
            found = list.isSettled(node) || list.isReturning(node);
        }
        return found;
    }

    private static long first() {
        return Long.getLong("seed", 0);
    }

    private static int runs() {
        return Integer.getInteger("runs", 500);
    }
}
