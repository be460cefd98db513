package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LogThrottle;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all peer connections of a node share: who it is, whom it knows, its clocks and its measures. Safe from every
 * thread.
 */
public final class PeerNode {
    private static final Logger LOG = LoggerFactory.getLogger(PeerNode.class);

    final PeerIdentity identity;
    final PeerSettings settings;
    final HandshakeKey key;
    final Supplier<PeerDirectory> directory;
    final StampClock stamps;
    final Clock clock;
    final HostResolver resolver;
    final PeerEvents events;
    final PeerCounters counters = new PeerCounters();
    final HandshakeRules rules;
    final PeerSessions sessions = new PeerSessions();
    final PeerLinks links = new PeerLinks();
    final LogThrottle throttle = new LogThrottle();

    /** Joins the parts. */
    public PeerNode(
            PeerIdentity identity,
            PeerSettings settings,
            HandshakeKey key,
            Supplier<PeerDirectory> directory,
            StampClock stamps,
            Clock clock,
            HostResolver resolver,
            PeerEvents events) {
        this.identity = identity;
        this.settings = settings;
        this.key = key;
        this.directory = directory;
        this.stamps = stamps;
        this.clock = clock;
        this.resolver = resolver;
        this.events = events;
        this.rules = new HandshakeRules(identity, settings.versions(), directory);
    }

    /** The counts of all connections. */
    public PeerCounters counters() {
        return counters;
    }

    /** The connections that stand, one entry for each node and direction, ordered by node. Any thread. */
    public List<PeerLinkStatus> links() {
        return links.status();
    }

    /** Ends the connections that a peer made to this node. Any thread. */
    public void closeIncoming(int peer) {
        sessions.close(directory.get().get(peer).id());
    }

    void observe(long senderClock) {
        long beyond = stamps.observe(senderClock);
        if (beyond > 0) {
            counters.skewMillisMax.accumulate(beyond);
        }
    }

    /** Whether what was read when the sender's clock said this is too old to be merged (design §5). */
    boolean isStale(long senderClock) {
        return stamps.currentMillis() - Stamp.millis(senderClock) > settings.staleMillis();
    }

    void logRejectedByUs(String who, @Nullable NodeId id, Rejected rejected) {
        counters.rejectedByUs.increment();
        if (throttle.permits("by us " + id + rejected.reason(), clock.nanoTime())) {
            LOG.warn("refused {}: {}", who, rejected.sentence());
        }
    }

    void logRejectedByThem(String who, Rejected rejected) {
        counters.rejectedByThem.increment();
        if (throttle.permits("by them " + who + rejected.reason(), clock.nanoTime())) {
            LOG.error("{} refused this node: {}", who, rejected.sentence());
        }
    }

    void logGarbage(String who, String problem) {
        counters.garbage.increment();
        if (throttle.permits("garbage", clock.nanoTime())) {
            LOG.warn("closed the peer connection of {}: {}", who, problem);
        }
    }

    void logCrowdedOut(String who) {
        counters.crowdedOut.increment();
        if (throttle.permits("crowded out", clock.nanoTime())) {
            LOG.warn("closed the peer connection of {}: too many connect without a handshake", who);
        }
    }

    void logHandshakeTimeout(String who) {
        counters.handshakeTimeouts.increment();
        if (throttle.permits("handshake timeout", clock.nanoTime())) {
            LOG.warn("{} connected, but did not finish its handshake in time", who);
        }
    }
}
