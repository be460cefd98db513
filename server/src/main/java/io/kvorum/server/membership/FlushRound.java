package io.kvorum.server.membership;

import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.EventsAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One FLUSHALL on its way to the other members. Owned by the control thread. */
final class FlushRound implements ReplyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FlushRound.class);

    private final FlushCallback callback;
    private final PeerNames names;
    private final SortedSet<String> unreachable = new TreeSet<>();
    private int outstanding;

    /** How peers are called. */
    interface PeerNames {
        PeerDirectory.Entry get(int peer);
    }

    /** Waits for {@code asked} members. */
    FlushRound(int asked, PeerNames names, FlushCallback callback) {
        this.outstanding = asked;
        this.names = names;
        this.callback = callback;
    }

    /** Ends at once if nobody was asked. */
    void begun() {
        if (outstanding == 0) {
            callback.flushed(List.of());
        }
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        if (!(reply instanceof EventsAnswer)) {
            LOG.warn("{} did not take FLUSHALL: {}", names.get(peer), reply);
            unreachable.add(names.get(peer).name());
        }
        answered();
    }

    @Override
    public void onLost(int peer) {
        unreachable.add(names.get(peer).name());
        answered();
    }

    private void answered() {
        outstanding--;
        if (outstanding > 0) {
            return;
        }
        if (!unreachable.isEmpty()) {
            LOG.warn("FLUSHALL did not reach {}: they will flush as soon as they hear of it", unreachable);
        }
        callback.flushed(List.copyOf(unreachable));
    }
}
