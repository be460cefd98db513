package io.kvorum.ring.history;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.RingBuilder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What events come to that are given in the order of their ids: the state of {@link RingFold}. Confined to the thread that
 * folds.
 *
 * <p>What became of a partition is told by the events that name it and by the first plan alone, or by what was compacted,
 * so that a partition can be folded anew without the others.
 */
final class FoldedEvents implements EventVisitor {
    private final SortedMap<NodeId, MemberSpec> specs = new TreeMap<>();
    private final SortedMap<NodeId, EventId> joined = new TreeMap<>();
    private final SortedMap<NodeId, MemberState> gone = new TreeMap<>();
    private final SortedMap<NodeId, EventId> ended = new TreeMap<>();
    private final SortedMap<NodeId, NodeId> successors = new TreeMap<>();
    private final Set<NodeId> leaving = new LinkedHashSet<>();
    private final SortedMap<String, String> configuration = new TreeMap<>();

    /** By partition: who consented, the latest last. */
    private final SortedMap<Integer, List<Move>> consents = new TreeMap<>();

    /** By partition: who has all of its data, be it gone; empty before the first plan. */
    private final List<List<NodeId>> settled = new ArrayList<>();

    /** How many partitions each node has settled. */
    private final Map<NodeId, Integer> settledCounts = new HashMap<>();

    /** The partitions whose settled nodes or consents have changed since they were last taken. */
    private BitSet changed = new BitSet();

    private Event.@Nullable Created created;
    private Event.@Nullable PlanCommitted firstPlan;

    /** What partitions begin with when they are folded anew: the first plan, or what was compacted. */
    private List<List<NodeId>> settledAtFirst = List.of();

    private final SortedMap<Integer, List<Move>> consentsAtFirst = new TreeMap<>();

    private Event.@Nullable PlanCommitted plan;
    private int plans;
    private Event.@Nullable Flushed flush;
    private int ignored;

    /** The tokens of the plan in force, replaced nodes succeeded; null until asked for, and when that has changed. */
    private @Nullable Assignment tokens;

    private Set<NodeId> tokenHolders = Set.of();

    /** Begins with nothing, or with what was compacted. */
    FoldedEvents(Event.@Nullable Compacted compacted) {
        if (compacted == null) {
            return;
        }
        Summary summary = compacted.summary();
        created = summary.created();
        addLives(summary);
        summary.lives().forEach((node, life) -> {
            if (life.leaving()) {
                leaving.add(node);
            }
        });
        configuration.putAll(summary.configuration());
        plan = summary.plan();
        plans = summary.plans();
        settledAtFirst = summary.settled();
        settled.addAll(settledAtFirst);
        settled.forEach(owners -> count(owners, 1));
        for (Move consent : summary.consents()) {
            consentsAtFirst
                    .computeIfAbsent(consent.partition(), key -> new ArrayList<>(1))
                    .add(consent);
        }
        consentsAtFirst.forEach((partition, moves) -> consents.put(partition, new ArrayList<>(moves)));
        changed.set(0, settled.size());
        if (summary.flush() != null) {
            flushed(summary.flush());
        }
        ignored = summary.ignored();
    }

    private void addLives(Summary summary) {
        summary.lives().forEach((node, life) -> {
            putIfAbsent(specs, node, life.spec());
            putIfAbsent(joined, node, life.joined());
            putIfAbsent(successors, node, life.successor());
            end(node, life.end(), life.ended());
        });
        tokens = null;
    }

    private static <V> void putIfAbsent(Map<NodeId, V> map, NodeId node, @Nullable V value) {
        if (value != null) {
            map.putIfAbsent(node, value);
        }
    }

    private void end(NodeId node, @Nullable MemberState how, @Nullable EventId by) {
        if (how != null && by != null && gone.putIfAbsent(node, how) == null) {
            ended.put(node, by);
        }
    }

    @Override
    public void created(Event.Created event) {
        if (created == null) {
            created = event;
        } else {
            ignored++;
        }
    }

    @Override
    public void joined(Event.Joined event) {
        joined.putIfAbsent(event.node(), event.id());
        if (gone.containsKey(event.node())) {
            // It stays out, but is to be told so by its name.
            specs.putIfAbsent(event.node(), event.spec());
        } else {
            specs.put(event.node(), event.spec());
            leaving.remove(event.node());
        }
    }

    @Override
    public void planCommitted(Event.PlanCommitted event) {
        if (created == null || event.tokens().partitions() != created.partitions()) {
            ignored++;
            return;
        }
        if (!Objects.equals(event.base(), plan == null ? null : plan.id())) {
            return;
        }
        if (plan == null) {
            firstPlan = event;
            settledAtFirst = List.copyOf(RingBuilder.walkOwners(event.tokens(), members(), created.n()));
            settled.addAll(settledAtFirst);
            settled.forEach(owners -> count(owners, 1));
            changed.set(0, created.partitions());
        }
        plan = event;
        plans++;
        tokens = null;
    }

    @Override
    public void moved(Event.Moved event) {
        for (int partition : event.partitions().partitions()) {
            if (partition < settled.size()) {
                moved(event, partition);
            }
        }
    }

    private void moved(Event.Moved event, int partition) {
        if (settled.get(partition).contains(event.from())) {
            dropConsents(partition, event.from(), null);
            consents.computeIfAbsent(partition, key -> new ArrayList<>(1))
                    .add(new Move(partition, event.from(), event.to(), true));
            changed.set(partition);
        }
    }

    @Override
    public void settled(Event.Settled event) {
        for (int partition : event.partitions().partitions()) {
            if (partition < settled.size()) {
                settled(event, partition);
            }
        }
    }

    private void settled(Event.Settled event, int partition) {
        List<NodeId> before = settled.get(partition);
        setSettled(partition, changed(before, event.from(), event.to()));
        // Who consented in vain counts again when it says so itself.
        dropConsents(partition, event.from(), event.to());
    }

    private void setSettled(int partition, List<NodeId> owners) {
        List<NodeId> before = settled.get(partition);
        if (!before.equals(owners)) {
            count(before, -1);
            count(owners, 1);
            settled.set(partition, owners);
            changed.set(partition);
        }
    }

    private void count(List<NodeId> owners, int more) {
        owners.forEach(node -> settledCounts.merge(node, more, (a, b) -> a + b == 0 ? null : a + b));
    }

    private void dropConsents(int partition, @Nullable NodeId from, @Nullable NodeId to) {
        List<Move> here = consents.get(partition);
        if (here != null && here.removeIf(consent -> consent.isOf(partition, from) || consent.isOf(partition, to))) {
            changed.set(partition);
            if (here.isEmpty()) {
                consents.remove(partition);
            }
        }
    }

    /**
     * Folds some partitions anew, because events that name them have come late.
     *
     * @param events all events in their order; those that are new name these partitions alone, and none is of another kind
     *     than moved and settled
     */
    void again(BitSet partitions, List<Event> events) {
        for (int partition = partitions.nextSetBit(0);
                partition >= 0 && partition < settled.size();
                partition = partitions.nextSetBit(partition + 1)) {
            consents.remove(partition);
            if (consentsAtFirst.containsKey(partition)) {
                consents.put(partition, new ArrayList<>(consentsAtFirst.getOrDefault(partition, List.of())));
            }
            setSettled(partition, settledAtFirst.get(partition));
            changed.set(partition);
        }
        boolean planned = firstPlan == null;
        for (Event event : events) {
            if (event.equals(firstPlan)) {
                planned = true;
            } else if (planned && event instanceof Event.Moved moved) {
                named(moved.partitions(), partitions).forEach(partition -> moved(moved, partition));
            } else if (planned && event instanceof Event.Settled told) {
                named(told.partitions(), partitions).forEach(partition -> settled(told, partition));
            }
        }
    }

    private List<Integer> named(PartitionSet set, BitSet among) {
        List<Integer> named = new ArrayList<>();
        for (int partition : set.partitions()) {
            if (among.get(partition) && partition < settled.size()) {
                named.add(partition);
            }
        }
        return named;
    }

    /** Returns which partitions have changed since this was last asked. */
    BitSet takeChanged() {
        BitSet taken = changed;
        changed = new BitSet();
        return taken;
    }

    private static List<NodeId> changed(List<NodeId> owners, @Nullable NodeId from, @Nullable NodeId to) {
        List<NodeId> changed = new ArrayList<>(owners);
        int place = from == null ? changed.size() : changed.indexOf(from);
        if (place < 0) {
            return owners;
        }
        if (from != null) {
            changed.remove(place);
        }
        if (to != null && !changed.contains(to)) {
            changed.add(place, to);
        }
        return changed;
    }

    @Override
    public void leaving(Event.Leaving event) {
        leaving.add(event.node());
    }

    @Override
    public void left(Event.Left event) {
        end(event.node(), MemberState.LEFT, event.id());
    }

    @Override
    public void removed(Event.Removed event) {
        end(event.node(), MemberState.REMOVED, event.id());
    }

    @Override
    public void replaced(Event.Replaced event) {
        end(event.node(), MemberState.REMOVED, event.id());
        successors.putIfAbsent(event.node(), event.by());
        tokens = null;
    }

    @Override
    public void flushed(Event.Flushed event) {
        if (event.upTo() > flushStamp()) {
            flush = event;
        }
    }

    private long flushStamp() {
        return flush == null ? 0 : flush.upTo();
    }

    @Override
    public void configured(Event.Configured event) {
        configuration.put(event.name(), event.value());
    }

    /** Of one that this fold did not begin with, members, ends and flush count; of the other they are known. */
    @Override
    public void compacted(Event.Compacted event) {
        addLives(event.summary());
        if (event.summary().flush() != null) {
            flushed(event.summary().flush());
        }
    }

    @Override
    public void opaque(Event.Opaque event) {
        ignored++;
    }

    /** Returns what a ring is made of, but for the hash of the history; null before the cluster was created. */
    @Nullable
    RingBuilder builder() {
        if (created == null) {
            return null;
        }
        RingBuilder builder = new RingBuilder(
                        created.clusterId(),
                        created.clusterName(),
                        created.partitions(),
                        created.partitioner(),
                        created.n())
                .flushStamp(flushStamp())
                .ignoredEvents(ignored);
        configuration.forEach(builder::configuration);
        members().values().forEach(builder::member);
        Assignment succeeded = tokens();
        if (plan != null && succeeded != null) {
            List<Move> agreed = new ArrayList<>();
            consents.values().forEach(agreed::addAll);
            builder.plan(plan.id(), succeeded).settled(settled, agreed);
        }
        return builder;
    }

    /** Returns what all this comes to; null before the cluster was created. */
    @Nullable
    Summary summary() {
        if (created == null) {
            return null;
        }
        SortedSet<NodeId> nodes = new TreeSet<>(specs.keySet());
        nodes.addAll(joined.keySet());
        nodes.addAll(gone.keySet());
        nodes.addAll(successors.keySet());
        nodes.addAll(leaving);
        SortedMap<NodeId, Summary.Life> lives = new TreeMap<>();
        for (NodeId node : nodes) {
            lives.put(
                    node,
                    new Summary.Life(
                            specs.get(node),
                            joined.get(node),
                            leaving.contains(node),
                            gone.get(node),
                            ended.get(node),
                            successors.get(node)));
        }
        List<Move> agreed = new ArrayList<>();
        consents.values().forEach(agreed::addAll);
        return new Summary(created, lives, configuration, plans, plan, settled, agreed, flush, ignored);
    }

    private @Nullable Assignment tokens() {
        if (tokens == null && plan != null) {
            tokens = succeeded(plan.tokens());
            tokenHolders = tokens.counts().keySet();
        }
        return tokens;
    }

    /** Gives the tokens of replaced nodes to their successors, or to those that replaced these. */
    private Assignment succeeded(Assignment tokens) {
        Assignment result = tokens;
        for (NodeId node : tokens.counts().keySet()) {
            NodeId by = node;
            for (int i = 0; i < successors.size() && successors.containsKey(by); i++) {
                by = successors.getOrDefault(by, by);
            }
            if (!by.equals(node)) {
                result = result.replacing(node, by);
            }
        }
        return result;
    }

    private SortedMap<NodeId, Member> members() {
        Assignment succeeded = tokens();
        Set<NodeId> holders = succeeded == null ? Set.of() : tokenHolders;
        SortedMap<NodeId, Member> members = new TreeMap<>();
        specs.forEach((node, spec) -> members.put(node, new Member(node, spec, stateOf(node, holders))));
        return members;
    }

    private MemberState stateOf(NodeId node, Set<NodeId> holders) {
        MemberState last = gone.get(node);
        if (last != null) {
            return last;
        }
        if (leaving.contains(node)) {
            return MemberState.LEAVING;
        }
        return holders.contains(node) || settledCounts.containsKey(node) ? MemberState.SERVING : MemberState.JOINING;
    }
}
