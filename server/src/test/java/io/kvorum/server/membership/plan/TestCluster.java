package io.kvorum.server.membership.plan;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.Compaction;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.ring.history.RingFold;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A history that grows: born with n1, n2, … and asked through n1, unless a test says otherwise. */
final class TestCluster {
    static final int PARTITIONS = 64;

    History history;
    final Set<NodeId> down = new TreeSet<>();
    private final Birth birth;

    /** One initial member for each zone. */
    TestCluster(int n, String... zones) {
        List<MemberSpec> members = new ArrayList<>();
        for (String zone : zones) {
            members.add(spec("n" + (members.size() + 1), zone, 100));
        }
        birth = new Birth("test", "", members, PARTITIONS, Partitioner.SLOTS, n);
        history = History.EMPTY.with(birth.events());
    }

    static MemberSpec spec(String name, String zone, int weight) {
        int number = Integer.parseInt(name.substring(1));
        return new MemberSpec(name, zone, "10.0.0." + number, 7379, 6379, 0, 0, weight);
    }

    Ring ring() {
        return RingFold.fold(history).orElseThrow();
    }

    NodeId id(String name) {
        return ring().known().values().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow()
                .id();
    }

    EventId next(String author) {
        return history.nextId(0, id(author));
    }

    void add(Event event) {
        history = history.with(List.of(event));
    }

    /** A newcomer without tokens, whose id begins with its number. */
    NodeId join(String name, String zone, int weight) {
        NodeId node = NodeId.of(Long.parseLong(name.substring(1)) << 56 | 0xabcdef12345678L, name.length());
        add(new Event.Joined(next("n1"), node, spec(name, zone, weight)));
        return node;
    }

    Planning plan(ChangeKind kind, String... names) {
        return plan(new ChangeRequest(kind, List.of(names), false));
    }

    Planning force(ChangeKind kind, String... names) {
        return plan(new ChangeRequest(kind, List.of(names), true));
    }

    private Planning plan(ChangeRequest request) {
        Set<NodeId> up = ring().members().stream()
                .map(member -> member.id())
                .filter(node -> !down.contains(node))
                .collect(Collectors.toSet());
        return Planner.plan(history, id("n1"), up, request);
    }

    /** Commits as the service does. */
    void commit(PlannedChange change) {
        for (var maker : change.makers()) {
            add(maker.make(ring(), next("n1")));
        }
    }

    /** Makes one event of all but the newest. */
    void compact(int keep) {
        EventId end = Objects.requireNonNull(Compaction.end(history, keep));
        add(Compaction.of(history, next("n1"), end).orElseThrow());
    }

    /** Carries every move of the plan in force out. */
    void settle() {
        NodeId author = id("n1");
        for (Ring ring = ring(); !ring.moves().isEmpty(); ring = ring()) {
            EventId plan = inForce();
            List<Event> events = new ArrayList<>();
            for (Move move : ring.moves()) {
                EventId id = new EventId(history.nextId(0, author).stamp() + events.size(), author);
                events.add(new Event.Settled(id, plan, move.from(), move.to(), PartitionSet.of(move.partition())));
            }
            history = history.with(events);
        }
    }

    /** The plan that the cluster was born with. */
    EventId plan0() {
        return Objects.requireNonNull(
                RingFold.fold(History.EMPTY.with(birth.events())).orElseThrow().plan());
    }

    EventId inForce() {
        return Objects.requireNonNull(ring().plan());
    }

    MemberState state(String name) {
        return Objects.requireNonNull(ring().member(id(name))).state();
    }

    Assignment tokens() {
        return Objects.requireNonNull(ring().assignment());
    }
}
