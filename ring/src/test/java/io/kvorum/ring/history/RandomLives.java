package io.kvorum.ring.history;

import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.claim.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Random histories, sane and wild. */
final class RandomLives {
    static final int PARTITIONS = 64;

    private RandomLives() {}

    /** A cluster of three. */
    static Birth birth(int partitions) {
        return new Birth(
                "test",
                "",
                List.of(spec("a", "z1"), spec("b", "z2"), spec("c", "z1")),
                partitions,
                Partitioner.SLOTS,
                3);
    }

    /** The story of a cluster as its members might write it, most of them knowing most of it, in the order of the tale. */
    static List<Event> randomLife(SplittableRandom random) {
        // Few partitions, and many events that nobody sane writes: what comes late then matters to what was folded.
        boolean wild = random.nextBoolean();
        Birth birth = birth(wild ? 2 : PARTITIONS);
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

    /** What the ring says is to be done next, by whoever does it. */
    static Event done(SplittableRandom random, EventId id, Ring ring) {
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

    static MemberSpec spec(String name, String zone) {
        return MemberSpec.parse(name + "@localhost:7379?zone=" + zone);
    }
}
