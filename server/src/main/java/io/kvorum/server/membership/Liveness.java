package io.kvorum.server.membership;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.DetectorEffects;
import io.kvorum.ring.detector.DetectorPolicy;
import io.kvorum.ring.detector.FailureDetector;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.runtime.Clock;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the failure detector to the connections: what loops saw becomes its events, the probes it asks for become calls.
 * Owned by the control thread.
 *
 * <p>A connection over which nothing comes back for several probes is taken for dead and made anew: the other side may be
 * long restarted, and the operating system would go on repeating lost packets for minutes.
 */
final class Liveness implements DetectorEffects {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);
    private static final long PROBE_TIMEOUT_NANOS = 500_000_000L;
    private static final int SILENT_PROBES_MAX = 4;
    private static final int PEERS_FIRST = 16;
    private static final int HEARTBEATS_MAX = 8;

    private final FailureDetector detector;
    private final Supplier<PeerDirectory> directory;
    private final PeerCalls calls;
    private final Clock clock;
    private final StatusListener listener;
    private int[] connections = new int[PEERS_FIRST];
    private int[] silentProbes = new int[PEERS_FIRST];
    private int nextHeartbeat;
    private final BitSet questioned = new BitSet(PEERS_FIRST);

    Liveness(
            DetectorPolicy policy,
            Supplier<PeerDirectory> directory,
            PeerCalls calls,
            Clock clock,
            StatusListener listener,
            int firstHeartbeat) {
        this.nextHeartbeat = firstHeartbeat;
        this.detector = new FailureDetector(policy, clock.nanoTime());
        this.directory = directory;
        this.calls = calls;
        this.clock = clock;
        this.listener = listener;
    }

    /** Told of every change once. */
    interface StatusListener {
        void statusChanged(int peer, boolean up);
    }

    void watch(int peer) {
        grow(peer);
        detector.watch(id(peer), clock.nanoTime());
    }

    void forget(int peer) {
        detector.forget(id(peer));
    }

    PeerStatus status(int peer) {
        return detector.status(id(peer));
    }

    int connections(int peer) {
        return peer < connections.length ? connections[peer] : 0;
    }

    void connected(int peer) {
        grow(peer);
        connections[peer]++;
        if (connections[peer] == 1) {
            // One loop found it back; the others would wait for the end of their gaps.
            calls.dial(peer);
        }
        silentProbes[peer] = 0;
        detector.onConnected(id(peer), clock.nanoTime(), this);
    }

    /** The peer said that it stops: it is asked nothing more, and may be gone when it is next tried. */
    void parting(int peer) {
        grow(peer);
        detector.onParting(id(peer), clock.nanoTime(), this);
    }

    /** Another life of the peer is there than the one that said that it stops. */
    void returned(int peer) {
        detector.onNewLife(id(peer));
    }

    void disconnected(int peer) {
        grow(peer);
        connections[peer]--;
        if (connections[peer] == 0) {
            detector.onDisconnected(id(peer), clock.nanoTime(), this);
        }
    }

    /** Requests of loops had no answer by their deadlines, one of them sent at about {@code sentNanos}. */
    void missed(int peer, long sentNanos) {
        detector.onDeadlineMissed(id(peer), sentNanos, clock.nanoTime(), this);
    }

    /**
     * A command that was passed to the peer was late. It may have waited for others, and to suspect a healthy node then would
     * spread one node's trouble: it is asked for a sign of life, and suspect if it owes that too.
     */
    void late(int peer) {
        if (status(peer) == PeerStatus.UP && !questioned.get(peer)) {
            questioned.set(peer);
            ask(peer, true);
        }
    }

    void answered(int peer) {
        grow(peer);
        silentProbes[peer] = 0;
        detector.onAnswered(id(peer), clock.nanoTime(), this);
    }

    void tick() {
        detector.tick(clock.nanoTime(), this);
    }

    /**
     * One round of {@link #heartbeat} with some of these peers, in turn, so that what a round costs does not grow with the
     * cluster, and with all that owe an answer. Who is silent is so found by some node in the next round, and by the others
     * when they hear of that.
     */
    void heartbeats(List<Integer> others) {
        int turns = Math.min(HEARTBEATS_MAX, others.size());
        for (int i = 0; i < others.size(); i++) {
            int peer = others.get(i);
            int place = Math.floorMod(i - nextHeartbeat, others.size());
            if (place < turns || (peer < silentProbes.length && silentProbes[peer] > 0)) {
                heartbeat(peer);
            }
        }
        nextHeartbeat += turns;
    }

    /** Asks a peer that is believed well for a sign of life: on an idle cluster nothing else would show its absence. */
    void heartbeat(int peer) {
        if (status(peer) == PeerStatus.UP) {
            ask(peer, false);
        }
    }

    @Override
    public void probe(NodeId node) {
        PeerDirectory.Entry entry = directory.get().find(node);
        if (entry == null) {
            return;
        }
        if (connections(entry.peer()) == 0) {
            calls.dial(entry.peer());
        } else {
            ask(entry.peer(), false);
        }
    }

    @Override
    public void statusChanged(NodeId node, PeerStatus from, PeerStatus to) {
        PeerDirectory.Entry entry = directory.get().find(node);
        if (entry == null) {
            return;
        }
        if (to == PeerStatus.UP) {
            LOG.info("{} is up", entry);
        } else if (detector.isParting(node)) {
            LOG.info("{} stops, as it says", entry);
        } else if (from == PeerStatus.UP) {
            LOG.warn("{} is {}", entry, to == PeerStatus.SUSPECT ? "suspect: it does not answer" : "down");
        } else {
            LOG.debug("{} is {}", entry, to);
        }
        listener.statusChanged(entry.peer(), to == PeerStatus.UP);
    }

    private void ask(int peer, boolean late) {
        long sentNanos = clock.nanoTime();
        calls.call(peer, new Probe(), PROBE_TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                questionOver(from);
                answered(from);
            }

            @Override
            public void onLost(int from) {
                questionOver(from);
                silent(from, sentNanos, late);
            }

            private void questionOver(int from) {
                if (late) {
                    questioned.clear(from);
                }
            }
        });
    }

    private void silent(int peer, long sentNanos, boolean late) {
        if (late) {
            detector.onDeadlineMissed(id(peer), sentNanos, clock.nanoTime(), this);
        } else {
            detector.onRequestMissed(id(peer), sentNanos, clock.nanoTime(), this);
        }
        if (connections[peer] > 0 && ++silentProbes[peer] >= SILENT_PROBES_MAX) {
            silentProbes[peer] = 0;
            LOG.debug("connections with {} seem dead", directory.get().get(peer));
            calls.hangUp(peer);
        }
    }

    private NodeId id(int peer) {
        return directory.get().get(peer).id();
    }

    private void grow(int peer) {
        if (peer >= connections.length) {
            connections = Arrays.copyOf(connections, peer * 2);
            silentProbes = Arrays.copyOf(silentProbes, peer * 2);
        }
    }
}
