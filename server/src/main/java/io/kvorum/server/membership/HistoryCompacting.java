package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Compaction;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.storage.version.StampClock;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one event of the old ones, where {@link Compaction} allows it: once there are twice as many as are to be kept, nothing
 * is on the move, and every member was heard to have them all. Owned by the control thread.
 *
 * <p>The member with the lowest id does it; if it is away, nobody could anyway. Two that do it at once do no harm.
 */
final class HistoryCompacting {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryCompacting.class);

    private final NodeId self;
    private final int keep;
    private final StampClock stamps;
    private final GossipDriver gossip;

    /** The history that could not be compacted: it is not tried again. */
    private @Nullable History refused;

    /**
     * Joins the parts.
     *
     * @param keep how many of the newest events stay as they are
     */
    HistoryCompacting(NodeId self, int keep, StampClock stamps, GossipDriver gossip) {
        this.self = self;
        this.keep = keep;
        this.stamps = stamps;
        this.gossip = gossip;
    }

    /**
     * Compacts if it is time to.
     *
     * @param others the present members but this node
     * @return whether there is news to tell
     */
    boolean look(Ring ring, Collection<Integer> others) {
        History history = gossip.history();
        List<Member> members = ring.members();
        boolean due = history.size() > 2L * keep
                && (refused == null || !history.equals(refused))
                && ring.moves().isEmpty();
        if (!due || members.isEmpty() || !members.get(0).id().equals(self) || members.size() != others.size() + 1) {
            return false;
        }
        return gossip.isKnownBy(others) && gossip.allCompact(others) && compact(history);
    }

    private boolean compact(History history) {
        EventId end = Compaction.end(history, keep);
        if (end == null) {
            return false;
        }
        Optional<Event.Compacted> made = Compaction.of(history, history.nextId(stamps.next(0), self), end);
        if (made.isEmpty() || bytes(made.get()) > Event.PAYLOAD_BYTES_MAX) {
            refused = history;
            LOG.warn(
                    "the history of {} events is not compacted: {}",
                    history.count(),
                    made.isEmpty()
                            ? "some of them are of a later version of the software"
                            : "what they come to is larger than an event may be");
            return false;
        }
        try {
            gossip.take(List.of(made.get()));
        } catch (UncheckedIOException disk) {
            LOG.error("the history cannot be persisted compacted; it is tried again", disk);
            return false;
        }
        LOG.info(
                "compacted the history: of {} events {} are kept one by one",
                history.count(),
                gossip.history().size() - 1);
        return true;
    }

    private static int bytes(Event.Compacted compacted) {
        ByteWriter payload = new ByteWriter(16 * 1024);
        compacted.encodePayload(payload);
        return payload.size();
    }
}
