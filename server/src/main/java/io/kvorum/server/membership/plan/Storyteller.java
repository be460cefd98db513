package io.kvorum.server.membership.plan;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.EventVisitor;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.ring.history.Summary;
import io.kvorum.storage.version.Stamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells a history as a story, one sentence for each event in the order of their ids, those that were compacted in sum, and
 * says of which the ring keeps nothing: the order and the rules are those of {@link io.kvorum.ring.history.RingFold}. Pure; used once, by one thread.
 */
public final class Storyteller implements EventVisitor {
    private static final int RANGES_MAX = 8;
    private static final String TAKES_PLACE = " takes its place";

    private final Map<NodeId, MemberSpec> specs = new HashMap<>();
    private final Set<NodeId> leaving = new HashSet<>();
    private final Set<NodeId> gone = new HashSet<>();

    /** Plans that were in force once: who is made on one of them comes too late. */
    private final Set<EventId> past = new HashSet<>();

    private final List<StoryLine> lines = new ArrayList<>();
    private Event.@Nullable Created created;
    private Event.@Nullable PlanCommitted plan;

    /** Up to where events are told in sum alone; null if none are. */
    private @Nullable EventId inSum;

    private Storyteller() {}

    /** Tells all events, the oldest first. */
    public static List<StoryLine> tell(History history) {
        Storyteller teller = new Storyteller();
        Event.Compacted compacted = history.compacted();
        if (compacted != null) {
            teller.tellInSum(compacted);
        }
        for (Event event : history.events()) {
            event.accept(teller);
        }
        return teller.lines;
    }

    /** What is left of the events that were compacted: the cluster, its members, and what those came to together. */
    private void tellInSum(Event.Compacted compacted) {
        Summary summary = compacted.summary();
        Event.Created born = summary.created();
        created = born;
        inSum = compacted.upTo();
        SortedMap<EventId, StoryLine> sum = new TreeMap<>();
        summary.lives().forEach((node, life) -> {
            MemberSpec spec = life.spec();
            EventId joined = life.joined();
            if (life.leaving()) {
                leaving.add(node);
            }
            if (spec != null && joined != null) {
                specs.put(node, spec);
                sum.put(joined, line(compacted, joined, "joined", spec.name() + " joined; last at " + address(spec)));
            }
        });
        sum.replaceAll((joined, line) -> line(compacted, joined, line.kind(), line.sentence()));
        sum.put(born.id(), line(compacted, born.id(), "created", birth(born)));
        sum.putAll(ends(compacted));
        Event.Flushed flush = summary.flush();
        if (flush != null) {
            sum.put(flush.id(), line(compacted, flush.id(), "flushed", until(flush)));
        }
        lines.addAll(sum.values());
        Event.PlanCommitted last = summary.plan();
        plan = last;
        lines.add(new StoryLine(
                compacted,
                Stamp.millis(compacted.upTo().stamp()),
                author(compacted.id()),
                "compacted",
                "what there is of " + compacted.count() + " events up to here, which were compacted: "
                        + count(summary.plans(), "plan")
                        + (last == null ? "" : ", the last one: " + shape(last.tokens()))));
    }

    /** The ends that a compaction knows of and that were not told yet. */
    private SortedMap<EventId, StoryLine> ends(Event.Compacted compacted) {
        SortedMap<EventId, StoryLine> ends = new TreeMap<>();
        compacted.summary().lives().forEach((node, life) -> {
            EventId ended = life.ended();
            if (ended != null && gone.add(node)) {
                NodeId by = life.successor();
                boolean left = life.end() == MemberState.LEFT;
                String how =
                        left ? " left" : " was removed for ever" + (by == null ? "" : "; " + name(by) + TAKES_PLACE);
                ends.put(
                        ended,
                        line(compacted, ended, left ? "left" : by == null ? "removed" : "replaced", name(node) + how));
            }
        });
        return ends;
    }

    @Override
    public void compacted(Event.Compacted event) {
        lines.addAll(ends(event).values());
    }

    @Override
    public void created(Event.Created event) {
        if (created != null) {
            say(event, "created", "void: the cluster had been created before");
            return;
        }
        created = event;
        say(event, "created", birth(event));
    }

    private static String birth(Event.Created event) {
        return "cluster " + event.clusterName() + " was created: " + event.partitions() + " partitions, partitioner "
                + event.partitioner().name().toLowerCase(Locale.ROOT) + ", N=" + event.n();
    }

    private static String address(MemberSpec spec) {
        return spec.host() + ":" + (spec.respPort() == 0 ? spec.peerPort() : spec.respPort());
    }

    @Override
    public void joined(Event.Joined event) {
        NodeId node = event.node();
        MemberSpec spec = event.spec();
        String address = address(spec);
        if (gone.contains(node)) {
            say(event, "joined", "void: " + spec.name() + " at " + address + " is out of the cluster for ever");
            return;
        }
        MemberSpec before = specs.put(node, spec);
        boolean stays = leaving.remove(node);
        if (before == null) {
            say(event, "joined", spec.name() + " joined from " + address);
        } else if (stays) {
            say(event, "joined", spec.name() + " at " + address + " does not leave after all");
        } else {
            String name = before.name().equals(spec.name()) ? "" : ", called " + spec.name() + " now";
            String weight = before.weight() == spec.weight() ? "" : ", with weight " + spec.weight();
            say(event, "joined", before.name() + " is at " + address + " now" + name + weight);
        }
    }

    @Override
    public void planCommitted(Event.PlanCommitted event) {
        Assignment tokens = event.tokens();
        if (created == null || tokens.partitions() != created.partitions()) {
            say(event, "plan", "void: a plan for " + tokens.partitions() + " partitions, which this cluster has not");
            return;
        }
        Event.PlanCommitted before = plan;
        if (!Objects.equals(event.base(), before == null ? null : before.id())) {
            EventId base = event.base();
            boolean late = base == null || past.contains(base) || (inSum != null && base.compareTo(inSum) <= 0);
            say(
                    event,
                    "plan",
                    late
                            ? "void: another plan on the same base has the lower id"
                            : "void: it was made on a plan that is void");
            return;
        }
        if (before != null) {
            past.add(before.id());
        }
        plan = event;
        String shape = shape(tokens);
        say(
                event,
                "plan",
                before == null
                        ? "the first plan: " + shape
                        : author(event.id()) + " committed a plan: " + shape + ", "
                                + tokens.differences(before.tokens()) + " change hands (base " + hex(event.baseHash())
                                + ")");
    }

    private static String shape(Assignment tokens) {
        return count(tokens.counts().size(), "node") + ", " + count(tokens.partitions(), "token");
    }

    @Override
    public void moved(Event.Moved event) {
        String to = event.to() == null ? ", which nobody takes over" : " to " + name(event.to());
        boolean inForce = plan != null && plan.id().equals(event.plan());
        say(
                event,
                "moved",
                name(event.from()) + " gave up " + text(event.partitions()) + to
                        + (inForce ? "" : ", for a plan that was not in force any more"));
    }

    @Override
    public void settled(Event.Settled event) {
        NodeId from = event.from();
        NodeId to = event.to();
        String partitions = text(event.partitions());
        if (to == null) {
            say(event, "settled", (from == null ? "nobody" : name(from)) + " let go of " + partitions);
        } else {
            say(
                    event,
                    "settled",
                    name(to) + " settled " + partitions + " ("
                            + (from == null ? "as a further owner" : "from " + name(from)) + ")");
        }
    }

    @Override
    public void leaving(Event.Leaving event) {
        NodeId node = event.node();
        boolean begins = !gone.contains(node) && leaving.add(node);
        say(
                event,
                "leaving",
                begins
                        ? name(node) + " is leaving"
                        : "void: " + name(node) + (gone.contains(node) ? " was gone already" : " was leaving already"));
    }

    @Override
    public void left(Event.Left event) {
        goes(event, "left", event.node(), " left");
    }

    @Override
    public void removed(Event.Removed event) {
        goes(event, "removed", event.node(), " was removed for ever");
    }

    @Override
    public void replaced(Event.Replaced event) {
        goes(event, "replaced", event.node(), " was removed for ever; " + name(event.by()) + TAKES_PLACE);
    }

    @Override
    public void flushed(Event.Flushed event) {
        say(event, "flushed", until(event));
    }

    private static String until(Event.Flushed event) {
        return "flushed everything up to " + Instant.ofEpochMilli(Stamp.millis(event.upTo()));
    }

    @Override
    public void configured(Event.Configured event) {
        say(event, "configured", event.name() + " is \"" + event.value() + "\" for the whole cluster");
    }

    @Override
    public void opaque(Event.Opaque event) {
        say(event, "opaque", "written by a later version (kind " + event.kind() + ")");
    }

    private void goes(Event event, String kind, NodeId node, String how) {
        say(event, kind, gone.add(node) ? name(node) + how : "void: " + name(node) + " was gone already");
    }

    private void say(Event event, String kind, String sentence) {
        lines.add(line(event, event.id(), kind, sentence));
    }

    private StoryLine line(Event event, EventId id, String kind, String sentence) {
        return new StoryLine(event, Stamp.millis(id.stamp()), author(id), kind, sentence);
    }

    private String author(EventId id) {
        NodeId author = id.node();
        boolean founder = created != null && created.id().node().equals(author);
        return founder ? "birth" : name(author);
    }

    private String name(NodeId node) {
        MemberSpec spec = specs.get(node);
        return spec == null ? node.toString() : spec.name();
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    static String hex(long hash) {
        return String.format(Locale.ROOT, "%016x", hash);
    }

    /** Ranges, but not more of them than people read. */
    private static String text(PartitionSet set) {
        List<Integer> all = set.partitions();
        List<String> ranges = new ArrayList<>();
        int told = 0;
        while (told < all.size() && ranges.size() < RANGES_MAX) {
            int end = told;
            while (end + 1 < all.size() && all.get(end + 1) == all.get(end) + 1) {
                end++;
            }
            ranges.add(told == end ? String.valueOf(all.get(told)) : all.get(told) + "-" + all.get(end));
            told = end + 1;
        }
        return (all.size() == 1 ? "partition " : "partitions ")
                + String.join(", ", ranges)
                + (told < all.size() ? " and " + (all.size() - told) + " more" : "");
    }
}
