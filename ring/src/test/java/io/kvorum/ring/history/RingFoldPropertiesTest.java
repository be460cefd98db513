package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
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
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is folded step by step is what is folded from nothing, for random histories that are learnt in random orders. */
class RingFoldPropertiesTest {
    private static final int PARTITIONS = 64;
    private static final List<MemberSpec> BIRTH_MEMBERS = List.of(spec("a", "z1"), spec("b", "z2"), spec("c", "z1"));
    private static final Birth BIRTH = new Birth("test", "", BIRTH_MEMBERS, PARTITIONS, Partitioner.SLOTS, 3);

    @Test
    void whatever_the_order_in_which_events_come_the_ring_is_that_of_a_fold_from_nothing() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Event> left = randomLife(random);
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
            List<Event> events = randomLife(random);
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
        List<Event> events = randomLife(random);
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
        known = known.with(List.of(new Event.Joined(known.nextId(0, d), d, spec("d", "z2"))));
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
                    builder.member(new Member(NodeId.of(1, node), spec("n" + node, "z1"), MemberState.SERVING));
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

    /** The story of a cluster as its members might write it, most of them knowing most of it, in the order of the tale. */
    private static List<Event> randomLife(SplittableRandom random) {
        // Few partitions, and many events that nobody sane writes: what comes late then matters to what was folded.
        boolean wild = random.nextBoolean();
        Birth birth = new Birth("test", "", BIRTH_MEMBERS, wild ? 2 : PARTITIONS, Partitioner.SLOTS, 3);
        List<Event> events = new ArrayList<>(birth.events());
        List<NodeId> nodes = new ArrayList<>(List.of(birth.nodeId("a"), birth.nodeId("b"), birth.nodeId("c")));
        History known = History.EMPTY.with(events);
        int steps = 10 + random.nextInt(50);
        for (int step = 0; step < steps; step++) {
            NodeId author = nodes.get(random.nextInt(nodes.size()));
            EventId id = new EventId(known.nextId(0, author).stamp() + random.nextInt(5) - 2, author);
            Ring ring = RingFold.fold(known).orElseThrow();
            Event event = randomEvent(random, step, nodes, id, ring, known);
            events.add(event);
            if (random.nextInt(4) > 0) {
                known = known.with(List.of(event));
            }
        }
        return events;
    }

    private static Event randomEvent(
            SplittableRandom random, int step, List<NodeId> nodes, EventId id, Ring ring, History known) {
        NodeId other = nodes.get(random.nextInt(nodes.size()));
        boolean enough = ring.members().size() > 2;
        int choice = random.nextInt(40);
        if (choice < 4) {
            boolean again = random.nextInt(3) == 0;
            NodeId node = again ? other : NodeId.of(random.nextLong(), step);
            if (!again) {
                nodes.add(node);
            }
            return new Event.Joined(id, node, spec("n" + step, "z" + random.nextInt(3)));
        } else if (choice < 7) {
            return new Event.PlanCommitted(
                    id,
                    ring.plan(),
                    known.hash(),
                    Claim.claim(ring.partitions(), 3, ring.members(), ring.assignment()));
        } else if (choice == 7 && enough) {
            return new Event.Removed(id, other);
        } else if (choice == 8 && enough) {
            return new Event.Replaced(id, other, nodes.get(nodes.size() - 1));
        } else if (choice == 9) {
            return new Event.Leaving(id, other);
        } else if (choice == 10 && enough) {
            return new Event.Left(id, other);
        } else if (choice == 11) {
            return new Event.Flushed(id, random.nextInt(1000));
        } else if (choice == 12) {
            return new Event.Configured(id, "x" + random.nextInt(2), "" + random.nextInt(10));
        } else if (choice == 13) {
            return new Event.Opaque(id, 99, 1, HexBytes.of(new byte[] {(byte) step}));
        } else if (choice < (ring.partitions() < PARTITIONS ? 36 : 16)) {
            // Nobody sane writes it, but it must make the same ring everywhere.
            NodeId to = random.nextBoolean() ? other : null;
            NodeId from = nodes.get(random.nextInt(nodes.size()));
            PartitionSet partitions = PartitionSet.of(random.nextInt(ring.partitions() * 2));
            EventId plan = known.events().get(0).id();
            return random.nextBoolean()
                    ? new Event.Moved(id, plan, from, to, partitions)
                    : new Event.Settled(id, plan, random.nextBoolean() ? from : null, to, partitions);
        }
        return done(random, id, ring);
    }

    private static Event done(SplittableRandom random, EventId id, Ring ring) {
        EventId plan = ring.plan();
        if (ring.moves().isEmpty() || plan == null) {
            return new Event.Configured(id, "x", "" + random.nextInt());
        }
        Move move = ring.moves().get(random.nextInt(ring.moves().size()));
        TreeSet<Integer> partitions = new TreeSet<>();
        for (Move like : ring.moves()) {
            if (new Move(0, like.from(), like.to(), like.consented())
                            .equals(new Move(0, move.from(), move.to(), move.consented()))
                    && partitions.size() < 5) {
                partitions.add(like.partition());
            }
        }
        NodeId from = move.from();
        return from != null && random.nextInt(move.consented() ? 5 : 2) == 0
                ? new Event.Moved(id, plan, from, move.to(), PartitionSet.of(partitions))
                : new Event.Settled(id, plan, move.from(), move.to(), PartitionSet.of(partitions));
    }

    private static long first() {
        return Long.getLong("seed", 0);
    }

    private static int runs() {
        return Integer.getInteger("runs", 500);
    }

    private static MemberSpec spec(String name, String zone) {
        return MemberSpec.parse(name + "@localhost:7379?zone=" + zone);
    }
}
