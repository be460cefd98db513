package io.kvorum.ring.history;

import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The compactions of one history: the first, which reaches furthest, is in force; the others are kept because they know of a
 * member, of a member's end or of a flush that none before them does. Immutable.
 *
 * <p>In a cluster whose members keep their promises each compaction knows all that those before it did, and there is one. It is
 * the others, of a directory put back from a backup or of two halves that removed each other, for which no end may be lost.
 */
final class Compactions {
    static final Compactions NONE = new Compactions(new TreeMap<>());

    private final SortedMap<History.Key, Event.Compacted> kept;

    private final Event.@Nullable Compacted inForce;
    private final Set<NodeId> members = new HashSet<>();
    private final Set<NodeId> gone = new HashSet<>();
    private final long flushStamp;
    private final long hashes;

    private Compactions(SortedMap<History.Key, Event.Compacted> all) {
        this.kept = new TreeMap<>();
        Event.Compacted furthest = null;
        long flushed = 0;
        long sum = 0;
        for (Map.Entry<History.Key, Event.Compacted> entry : furthestFirst(all)) {
            Event.Compacted compacted = entry.getValue();
            Summary summary = compacted.summary();
            boolean news = summary.flushStamp() > flushed;
            for (Map.Entry<NodeId, Summary.Life> told : summary.lives().entrySet()) {
                news |= told.getValue().spec() != null && members.add(told.getKey());
                news |= told.getValue().end() != null && gone.add(told.getKey());
            }
            if (furthest == null || news) {
                furthest = furthest == null ? compacted : furthest;
                kept.put(entry.getKey(), compacted);
                flushed = Math.max(flushed, summary.flushStamp());
                sum += entry.getKey().hash();
            }
        }
        this.inForce = furthest;
        this.flushStamp = flushed;
        this.hashes = sum;
    }

    private static List<Map.Entry<History.Key, Event.Compacted>> furthestFirst(
            SortedMap<History.Key, Event.Compacted> all) {
        List<Map.Entry<History.Key, Event.Compacted>> entries = new ArrayList<>(all.entrySet());
        entries.sort(Comparator.comparing(
                        (Map.Entry<History.Key, Event.Compacted> entry) ->
                                entry.getValue().upTo(),
                        Comparator.reverseOrder())
                .thenComparing(Map.Entry::getKey));
        return entries;
    }

    /** The same with those among some events; this very object if that changes nothing. */
    Compactions with(Map<History.Key, Event> news) {
        SortedMap<History.Key, Event.Compacted> all = null;
        for (Map.Entry<History.Key, Event> entry : news.entrySet()) {
            if (entry.getValue() instanceof Event.Compacted compacted && !kept.containsKey(entry.getKey())) {
                all = all == null ? new TreeMap<>(kept) : all;
                all.put(entry.getKey(), compacted);
            }
        }
        if (all == null) {
            return this;
        }
        Compactions together = new Compactions(all);
        return together.kept.keySet().equals(kept.keySet()) ? this : together;
    }

    /** What the fold begins with. */
    Event.@Nullable Compacted inForce() {
        return inForce;
    }

    int size() {
        return kept.size();
    }

    /** The sum of their hashes. */
    long hashes() {
        return hashes;
    }

    /** Whether an event is of no use beside these. */
    boolean drops(Event event) {
        Event.Compacted first = inForce;
        if (first == null) {
            return false;
        }
        if (event instanceof Event.Compacted) {
            History.Key key = new History.Key(event.id(), History.hashOf(event));
            return !kept.containsKey(key) && with(Collections.singletonMap(key, event)) == this;
        }
        if (event.id().compareTo(first.upTo()) > 0) {
            return false;
        }
        if (event instanceof Event.Joined joined) {
            return members.contains(joined.node());
        } else if (event instanceof Event.Removed removed) {
            return gone.contains(removed.node());
        } else if (event instanceof Event.Replaced replaced) {
            return gone.contains(replaced.node());
        } else if (event instanceof Event.Left left) {
            return gone.contains(left.node());
        }
        return !(event instanceof Event.Flushed flushed) || flushed.upTo() <= flushStamp;
    }
}
