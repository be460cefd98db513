package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.gossip.GossipEffects;
import io.kvorum.ring.gossip.GossipMessage;
import io.kvorum.ring.gossip.Gossiper;
import io.kvorum.ring.gossip.NodeState;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.message.Gossip;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the gossiper to the connections and the disk: what it sends travels as {@link Gossip}, what it learns is persisted
 * before it is acted upon. Owned by the control thread.
 */
final class GossipDriver implements GossipEffects {
    private static final Logger LOG = LoggerFactory.getLogger(GossipDriver.class);

    /** What members say of themselves whose software knows what a compacted history is; the value is the newest format. */
    private static final String COMPACTS = "compacts";

    private final Gossiper gossiper;
    private final LongConsumer otherLives;
    private final Supplier<PeerDirectory> directory;
    private final Consumer<History> persister;
    private final Consumer<History> applier;
    private final Predicate<Runnable> soon;
    private final Opinions opinions;

    /** Came by gossip, and is persisted and acted upon together when what has been received is dealt with. */
    private final List<Event> waiting = new ArrayList<>();

    private @Nullable PeerCalls calls;

    /**
     * Joins the parts.
     *
     * @param persister makes a history durable, or throws UncheckedIOException
     * @param applier acts on a history that is durable
     * @param soon runs a task behind those that wait for the control thread; false if it has no room
     * @param opinions what peers can, and what they say of others
     */
    GossipDriver(
            Gossiper gossiper,
            LongConsumer otherLives,
            Supplier<PeerDirectory> directory,
            Consumer<History> persister,
            Consumer<History> applier,
            Predicate<Runnable> soon,
            Opinions opinions) {
        this.gossiper = gossiper;
        this.otherLives = otherLives;
        this.directory = directory;
        this.persister = persister;
        this.applier = applier;
        this.soon = soon;
        this.opinions = opinions;
    }

    /** What gossip needs to know of peers, and what it hears that others may want to look into. */
    interface Opinions {
        /** Whether what the connections to a peer speak has {@link GossipMessage.Summary}. */
        boolean takesSummary(int peer);

        /** Another node said that it does not see a member as up. */
        void doubted(int peer);
    }

    void start(PeerCalls peerCalls) {
        calls = peerCalls;
        gossiper.setFact(COMPACTS, "1");
    }

    /** All events that are known and on disk. */
    History history() {
        return gossiper.history();
    }

    /**
     * Takes events that did not come by gossip: persists them, acts on them.
     *
     * @throws UncheckedIOException if the disk does not take them; nothing is done then
     */
    void take(Collection<Event> events) {
        History history = gossiper.history();
        History grown = history.with(events);
        if (!grown.equals(history)) {
            persister.accept(grown);
            gossiper.onPersisted(events, this);
        }
    }

    /** One round with members that are in good health, and with those that are not. */
    void tick(Collection<Integer> others, IntFunction<PeerStatus> statuses) {
        List<NodeId> up = new ArrayList<>();
        List<NodeId> lost = new ArrayList<>();
        SortedMap<NodeId, PeerStatus> views = new TreeMap<>();
        for (int peer : others) {
            NodeId node = directory.get().get(peer).id();
            PeerStatus status = statuses.apply(peer);
            views.put(node, status);
            (status == PeerStatus.UP ? up : lost).add(node);
        }
        gossiper.setViews(views);
        gossiper.tick(up, lost, this);
    }

    /** Tells a peer at once what is known here, so that it can ask for what it lacks. */
    void announceTo(Collection<Integer> peers) {
        gossiper.announce(
                peers.stream().map(peer -> directory.get().get(peer).id()).toList(), this);
    }

    /** Whether these peers were all last heard to have the very history that this node has. */
    boolean isKnownBy(Collection<Integer> peers) {
        return gossiper.isKnownBy(
                peers.stream().map(peer -> directory.get().get(peer).id()).toList());
    }

    /** Whether these peers all say that they know what a compacted history is. */
    boolean allCompact(Collection<Integer> peers) {
        return peers.stream()
                .map(peer -> gossiper.state(directory.get().get(peer).id()))
                .allMatch(state -> state != null && state.facts().containsKey(COMPACTS));
    }

    /** What nodes that are gone have said is of no interest any more. */
    void exclude(Collection<NodeId> nodes) {
        gossiper.exclude(nodes);
    }

    void onMessage(int peer, byte[] payload) {
        PeerDirectory.Entry from = directory.get().get(peer);
        try {
            gossiper.onMessage(from.id(), GossipMessage.decode(new ByteReader(payload)), this);
        } catch (DecodeException damaged) {
            LOG.warn("gossip of {} makes no sense: {}", from, damaged.getMessage());
        }
    }

    @Override
    public void send(NodeId to, GossipMessage message) {
        PeerDirectory.Entry entry = directory.get().find(to);
        if (calls != null && entry != null && !entry.gone()) {
            calls.tell(entry.peer(), new Gossip(message.toBytes()));
        }
    }

    @Override
    public void persist(List<Event> events) {
        boolean asked = !waiting.isEmpty();
        waiting.addAll(events);
        if (!asked && !soon.test(this::takeWaiting)) {
            takeWaiting();
        }
    }

    private void takeWaiting() {
        List<Event> events = List.copyOf(waiting);
        waiting.clear();
        try {
            take(events);
        } catch (UncheckedIOException disk) {
            LOG.error("news of the membership cannot be persisted; they will be asked for again", disk);
        }
    }

    @Override
    public void historyChanged(History history) {
        applier.accept(history);
    }

    @Override
    public void otherLife(long boot) {
        otherLives.accept(boot);
    }

    @Override
    public void stateChanged(NodeState state) {
        // Routing follows what this node sees itself; that others do not see a member is a reason to look.
        for (NodeId doubted : state.views().keySet()) {
            PeerDirectory.Entry entry = directory.get().find(doubted);
            if (entry != null && entry.peer() != PeerTransport.SELF && !entry.gone()) {
                opinions.doubted(entry.peer());
            }
        }
    }

    @Override
    public boolean takesSummary(NodeId peer) {
        PeerDirectory.Entry entry = directory.get().find(peer);
        return entry != null && opinions.takesSummary(entry.peer());
    }
}
