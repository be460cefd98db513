package io.kvorum.ring.history;

import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 *
 * <p>What was compacted is where the fold begins, in the place of the events it stands for.
 *
 * <p>{@link #fold} begins from nothing. An instance remembers what it has folded and does again only what new events change,
 * with the same result: an event that tells of some partitions costs as much as these, whichever place among the others its
 * id has. Confined to one thread.
 */
public final class RingFold {
    private FoldedEvents folded = new FoldedEvents(null);
    private History history = History.EMPTY;
    private @Nullable Ring ring;

    /** Returns the ring that the history tells of; empty while it does not tell of the cluster's creation. */
    public static Optional<Ring> fold(History history) {
        FoldedEvents folded = folded(history);
        RingBuilder builder = folded.builder();
        return builder == null
                ? Optional.empty()
                : Optional.of(builder.historyHash(history.hash()).build());
    }

    private static FoldedEvents folded(History history) {
        FoldedEvents folded = new FoldedEvents(history.compacted());
        history.events().forEach(event -> event.accept(folded));
        return folded;
    }

    /** Returns what the history comes to; empty while it does not tell of the cluster's creation. */
    static Optional<Summary> summarize(History history) {
        return Optional.ofNullable(folded(history).summary());
    }

    /** Starts with nothing folded. */
    public RingFold() {}

    /**
     * Returns the ring that the history tells of, as {@link #fold} does. What is equal in it and in the ring returned before
     * is the same object.
     *
     * @param grown any history; it is cheap if it has all events of the one before
     */
    public Optional<Ring> update(History grown) {
        BitSet late = lateIn(grown);
        if (late == null) {
            folded = folded(grown);
        } else if (!late.isEmpty()) {
            folded.again(late, grown.events());
        } else {
            grown.notIn(history).forEach(event -> event.accept(folded));
        }
        history = grown;
        RingBuilder builder = folded.builder();
        if (builder == null) {
            return Optional.empty();
        }
        Ring before = ring;
        BitSet changed = folded.takeChanged();
        builder.historyHash(grown.hash());
        Ring next = before == null ? builder.build() : builder.buildFrom(before, changed);
        ring = next;
        return Optional.of(next);
    }

    /** Returns whether another compaction is in force in a history than in the one that was folded last. */
    public boolean isCompactedIn(History grown) {
        return !Objects.equals(grown.compacted(), history.compacted());
    }

    /**
     * Returns the partitions that new events name, if some of those are older than some that were folded; nothing if all
     * are newer; null if all has to be folded anew.
     */
    private @Nullable BitSet lateIn(History grown) {
        BitSet named = new BitSet();
        if (isCompactedIn(grown)) {
            return null;
        }
        if (grown.commonStart(history) == history.size()) {
            return named;
        }
        List<Event> news = grown.notIn(history);
        if (grown.size() - news.size() != history.size()) {
            return null;
        }
        for (Event event : news) {
            if (event instanceof Event.Moved moved) {
                moved.partitions().partitions().forEach(named::set);
            } else if (event instanceof Event.Settled settled) {
                settled.partitions().partitions().forEach(named::set);
            } else {
                return null;
            }
        }
        return named;
    }
}
