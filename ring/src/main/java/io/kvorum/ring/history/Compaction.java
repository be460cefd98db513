package io.kvorum.ring.history;

import io.kvorum.ring.EventId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one event of many.
 *
 * <pre>
 *   1 2 3 4 5 6 7 8 9   ──►   [1 to 6: what they come to] 7 8 9
 * </pre>
 *
 * <p><b>When it may be done.</b> A node may make it of a history that every member not gone was heard to have, the very same,
 * on disk. Who has a history draws no id from then on but above all of it, and takes nothing from those who are gone in it.
 * So nothing is to come, of anybody who counts, up to the highest id there, nor up to any lower one: the rest is void. Of two
 * such compactions at once each stands for a beginning of what the other knows, and the shorter one goes.
 */
public final class Compaction {
    private Compaction() {}

    /**
     * Returns up to which id to compact, so that this many of the newest events stay; null if there is nothing to compact
     * before them.
     */
    public static @Nullable EventId end(History history, int keep) {
        List<Event> events = history.events().stream()
                .filter(event -> !(event instanceof Event.Compacted))
                .toList();
        if (events.size() <= keep) {
            return null;
        }
        EventId end = events.get(events.size() - keep - 1).id();
        Event.Compacted before = history.compacted();
        return before != null && end.compareTo(before.upTo()) <= 0 ? null : end;
    }

    /**
     * Returns the event that stands for all up to an id; empty if that cannot be made: before a cluster was created, or of
     * events that this software does not understand, since a later one may fold them to something else.
     *
     * @param id for the new event, above all in the history
     * @param end the highest id to stand for, see {@link #end}
     */
    public static Optional<Event.Compacted> of(History history, EventId id, EventId end) {
        Event.Compacted before = history.compacted();
        List<Event> beginning = history.events().stream()
                .filter(event -> event instanceof Event.Compacted || event.id().compareTo(end) <= 0)
                .toList();
        if (beginning.stream().anyMatch(Event.Opaque.class::isInstance)) {
            return Optional.empty();
        }
        History part = History.EMPTY.with(beginning);
        if (before != null && (end.compareTo(before.upTo()) < 0 || !before.equals(part.compacted()))) {
            throw new IllegalArgumentException("compacting up to " + end + " what is compacted up to " + before.upTo());
        }
        return RingFold.summarize(part)
                .map(summary -> new Event.Compacted(id, end, part.count(), part.hash(), summary));
    }
}
