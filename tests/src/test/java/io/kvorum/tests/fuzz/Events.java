package io.kvorum.tests.fuzz;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.Compaction;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.HexBytes;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/** Random events of a small cluster, of every kind. */
final class Events {
    private static final int PARTITIONS = 8;

    private Events() {}

    static Birth birth() {
        return new Birth(
                "c",
                "",
                List.of(MemberSpec.parse("a@h:1"), MemberSpec.parse("b@h:2"), MemberSpec.parse("c@h:3")),
                PARTITIONS,
                Partitioner.SLOTS,
                2);
    }

    static NodeId node(SplittableRandom random) {
        return random.nextInt(4) == 0
                ? NodeId.of(0, random.nextInt(4))
                : birth().nodeId(List.of("a", "b", "c").get(random.nextInt(3)));
    }

    static List<Event> random(SplittableRandom random, int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(random, new EventId(random.nextInt(1, 30), node(random))));
        }
        return events;
    }

    private static Event event(SplittableRandom random, EventId id) {
        NodeId node = node(random);
        List<Event> birth = birth().events();
        EventId plan = birth.get(birth.size() - 1).id();
        PartitionSet partitions = PartitionSet.of(List.of(random.nextInt(PARTITIONS), random.nextInt(PARTITIONS)));
        return switch (random.nextInt(15)) {
            case 0 -> new Event.Created(id, new UUID(1, 2), "c", PARTITIONS, Partitioner.MD5, 3);
            case 1 -> new Event.Joined(id, node, MemberSpec.parse("d@[::1]:4?zone=z&weight=50&resp=6"));
            case 2 -> new Event.PlanCommitted(id, plan, 7, tokens(random));
            case 3 -> new Event.PlanCommitted(id, null, 7, tokens(random));
            case 4 -> new Event.Moved(id, plan, node, random.nextBoolean() ? null : node(random), partitions);
            case 5 -> new Event.Settled(id, plan, node, node(random), partitions);
            case 6 -> new Event.Settled(id, plan, null, node, partitions);
            case 7 -> new Event.Leaving(id, node);
            case 8 -> new Event.Left(id, node);
            case 9 -> new Event.Removed(id, node);
            case 10 -> new Event.Replaced(id, node, node(random));
            case 11 -> new Event.Flushed(id, random.nextLong());
            case 12 -> new Event.Configured(id, "name", "value");
            case 13 -> compacted(random);
            default -> new Event.Opaque(id, 200, 1, HexBytes.of(new byte[] {1, 2, 3}));
        };
    }

    private static Event compacted(SplittableRandom random) {
        History history = History.EMPTY.with(birth().events()).with(random(random, 1 + random.nextInt(4)));
        EventId end = history.events().get(random.nextInt(history.size())).id();
        EventId upTo =
                history.compacted() == null || end.compareTo(history.compacted().upTo()) > 0
                        ? end
                        : history.compacted().upTo();
        return Compaction.of(history, new EventId(upTo.stamp() + random.nextInt(1, 20), node(random)), upTo)
                .map(Event.class::cast)
                .orElseGet(() -> new Event.Left(end, node(random)));
    }

    private static Assignment tokens(SplittableRandom random) {
        return new Assignment(
                Stream.generate(() -> node(random)).limit(PARTITIONS).toList());
    }
}
