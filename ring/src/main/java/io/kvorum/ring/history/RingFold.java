package io.kvorum.ring.history;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a ring of a history: a pure fold over the events in the order of their ids, so that the order in which they were
 * learnt cannot matter.
 *
 * <p>Plans form a chain: a plan counts if its base is the plan in force, so of two on one base the lower id wins, and the
 * other, with all that is built on it, is void. What owners a partition has is told by facts alone: those of the first
 * plan, then every <i>settled</i>. A consent is a fact too: who gave it answers no more, whatever becomes of the plan or of
 * the other, since that may have settled by then, and some may have heard it. If the other is gone, who consented counts again
 * once it tells that itself, as a new fact. A plan only says what the owners should become. So a plan that turns out void
 * undoes nothing that has been done: the winner moves on from there. Members that left or were removed stay out, whatever
 * comes later.
 */
public final class RingFold implements EventVisitor {
    private final SortedMap<NodeId, MemberSpec> specs = new TreeMap<>();
    private final SortedMap<NodeId, MemberState> gone = new TreeMap<>();
    private final SortedMap<NodeId, NodeId> successors = new TreeMap<>();
    private final Set<NodeId> leaving = new LinkedHashSet<>();
    private final SortedMap<String, String> configuration = new TreeMap<>();
    private final List<Move> consents = new ArrayList<>();
    private final List<List<NodeId>> settled = new ArrayList<>();
    private Event.@Nullable Created created;
    private Event.@Nullable PlanCommitted plan;
    private long flushStamp;
    private int ignored;

    private RingFold() {}

    /** Returns the ring that the history tells of; empty while it does not tell of the cluster's creation. */
    public static Optional<Ring> fold(History history) {
        RingFold fold = new RingFold();
        for (Event event : history.events()) {
            event.accept(fold);
        }
        return fold.ring(history.hash());
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
        if (!gone.containsKey(event.node())) {
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
            settled.addAll(RingBuilder.walkOwners(event.tokens(), members(), created.n()));
        }
        plan = event;
    }

    @Override
    public void moved(Event.Moved event) {
        for (int partition : event.partitions().partitions()) {
            if (partition < settled.size() && settled.get(partition).contains(event.from())) {
                consents.removeIf(consent -> consent.isOf(partition, event.from()));
                consents.add(new Move(partition, event.from(), event.to(), true));
            }
        }
    }

    @Override
    public void settled(Event.Settled event) {
        for (int partition : event.partitions().partitions()) {
            if (partition < settled.size()) {
                settled.set(partition, changed(settled.get(partition), event.from(), event.to()));
                // Who consented in vain counts again when it says so itself.
                consents.removeIf(
                        consent -> consent.isOf(partition, event.from()) || consent.isOf(partition, event.to()));
            }
        }
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
        gone.putIfAbsent(event.node(), MemberState.LEFT);
    }

    @Override
    public void removed(Event.Removed event) {
        gone.putIfAbsent(event.node(), MemberState.REMOVED);
    }

    @Override
    public void replaced(Event.Replaced event) {
        gone.putIfAbsent(event.node(), MemberState.REMOVED);
        successors.putIfAbsent(event.node(), event.by());
    }

    @Override
    public void flushed(Event.Flushed event) {
        flushStamp = Math.max(flushStamp, event.upTo());
    }

    @Override
    public void configured(Event.Configured event) {
        configuration.put(event.name(), event.value());
    }

    @Override
    public void opaque(Event.Opaque event) {
        ignored++;
    }

    private Optional<Ring> ring(long historyHash) {
        if (created == null) {
            return Optional.empty();
        }
        RingBuilder builder = new RingBuilder(
                        created.clusterId(),
                        created.clusterName(),
                        created.partitions(),
                        created.partitioner(),
                        created.n())
                .historyHash(historyHash)
                .flushStamp(flushStamp)
                .ignoredEvents(ignored);
        configuration.forEach(builder::configuration);
        members().values().forEach(builder::member);
        if (plan != null) {
            builder.plan(plan.id(), succeeded(plan.tokens())).settled(settled, consents);
        }
        return Optional.of(builder.build());
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
        Set<NodeId> holders = new HashSet<>();
        settled.forEach(holders::addAll);
        if (plan != null) {
            holders.addAll(succeeded(plan.tokens()).counts().keySet());
        }
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
        return holders.contains(node) ? MemberState.SERVING : MemberState.JOINING;
    }
}
