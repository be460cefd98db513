package io.kvorum.server.membership;

import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.storage.version.StampClock;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node writes into the history: each event is persisted before anything is done about it and before anybody is told.
 * Owned by the control thread.
 */
final class OwnEvents {
    private static final Logger LOG = LoggerFactory.getLogger(OwnEvents.class);

    private final NodeId self;
    private final StampClock stamps;
    private final GossipDriver gossip;
    private final Supplier<Ring> ring;
    private final Supplier<List<Integer>> others;

    /**
     * Writes into the history of this gossip.
     *
     * @param ring as it is when an event is made
     * @param others whom to tell
     */
    OwnEvents(
            NodeId self, StampClock stamps, GossipDriver gossip, Supplier<Ring> ring, Supplier<List<Integer>> others) {
        this.self = self;
        this.stamps = stamps;
        this.gossip = gossip;
        this.ring = ring;
        this.others = others;
    }

    /** The id of the next event. */
    EventId nextId() {
        return nextId(gossip.history());
    }

    private EventId nextId(History history) {
        return history.nextId(stamps.next(0), self);
    }

    /**
     * Persists an event, and acts on it.
     *
     * @throws UncheckedIOException if the disk does not take it: nothing has happened
     */
    void take(Event event) {
        gossip.take(List.of(event));
    }

    /** Tells the others now, and not with the next gossip. */
    void announce() {
        gossip.announceTo(others.get());
    }

    /**
     * Persists an event, acts on it and tells the others.
     *
     * @param otherwise what to log if the disk does not take it
     * @return whether it did
     */
    boolean tell(Function<EventId, Event> maker, String otherwise) {
        try {
            take(maker.apply(nextId()));
            announce();
            return true;
        } catch (UncheckedIOException disk) {
            LOG.error(otherwise, disk);
            return false;
        }
    }

    /** The same with several at once, all or none, and only if the history is the one that they were made for. */
    void commit(long baseHash, List<MembershipService.EventMaker> makers, CommitCallback callback) {
        History history = gossip.history();
        if (history.hash() != baseHash) {
            callback.changed(history);
            return;
        }
        List<Event> events = new ArrayList<>();
        try {
            for (MembershipService.EventMaker maker : makers) {
                events.add(maker.make(ring.get(), nextId(history.with(events))));
            }
            gossip.take(events);
        } catch (UncheckedIOException | IllegalStateException refused) {
            callback.failed(String.valueOf(refused.getMessage()));
            return;
        }
        announce();
        callback.committed(ring.get());
    }
}
