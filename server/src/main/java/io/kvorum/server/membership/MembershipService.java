package io.kvorum.server.membership;

import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.gossip.Gossiper;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.ring.history.RingFold;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.PeerEvents;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.Peers;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.CopyState;
import io.kvorum.server.peer.message.Flushed;
import io.kvorum.server.peer.message.Gossip;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Parting;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Probe;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.runtime.TaskLoop;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Who is in the cluster and who answers (Dynamo §4.8). Owned by the control thread, which alone runs its private parts;
 * every public method may be called from any thread and hands over. Others see the {@link ClusterView} and
 * {@link MembershipStatus} that it publishes.
 *
 * <p>An event is persisted before anything is done about it and before anybody is told.
 */
public final class MembershipService implements PeerEvents, MoveRecorder, HistoryKeeper, AutoCloseable {
    private static final long MEETING_NANOS = 10_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(MembershipService.class);
    private static final int SELF = 0;

    /** The version of the peer protocol whose gossip has summaries. */
    private static final int SUMMARIES_SINCE = 2;

    private static final long FAREWELL_NANOS = 10_000_000_000L;
    private static final String FOR_EVER =
            "for ever; to use the machine again, start it with an empty data directory as a new node";

    private static final long DOUBT_TIMEOUT_NANOS = 2_000_000_000L;

    private final MembershipParts parts;
    private final TaskLoop control;
    private final NodeId self;
    private final Peers peers;
    private final CopyStates copies;
    private final Partings partings;
    private final HealthReports health;
    /** By peer number: the version of the protocol that its connections speak. */
    private final SortedMap<Integer, Integer> versions = new TreeMap<>();

    private final List<TaskLoop.Scheduled> timers = new ArrayList<>();
    private final ClusterPicture picture;
    private final GossipDriver gossip;
    private final OwnEvents events;
    private final MembershipRequests requests;
    private final HistoryCompacting compacting;
    private final Flushing flushing;
    private final NewestFlush newestFlush;
    private final RingFold fold = new RingFold();
    private Ring ring;
    private @Nullable Liveness liveness;
    private @Nullable PeerCalls calls;
    private @Nullable MembershipListener listener;
    private @Nullable String fencedBy;
    private boolean closed;
    private boolean forgotLife;
    private boolean leaving;

    /** Until enough other owners could be asked once, or have had time for that, or nobody is to wait any more. */
    private final CountDownLatch met = new CountDownLatch(1);

    /** Volatile instead of handed over: every request on every loop reads the latest. */
    private volatile ClusterView view;

    /** Volatile instead of handed over: read by whoever wants to know. */
    private volatile MembershipStatus status;

    /** Knows what is on disk and reaches nobody until {@link #start}. */
    public MembershipService(MembershipParts parts) {
        this.parts = parts;
        this.control = parts.control();
        this.self = parts.founded().nodeId();
        this.ring = fold.update(parts.founded().history()).orElseThrow();
        this.peers = new Peers(
                self, parts.self().name(), parts.self().host(), parts.self().peerPort());
        this.copies = new CopyStates(ring.partitions());
        this.partings = new Partings(parts.bootId());
        this.picture = new ClusterPicture(peers, copies, partings, () -> liveness);
        this.health = new HealthReports(
                control,
                (peer, waitedNanos) -> liveness().missed(peer, parts.clock().nanoTime() - waitedNanos),
                peer -> liveness().late(peer));
        this.gossip = new GossipDriver(
                new Gossiper(
                        self,
                        parts.stamps().next(newestStamp(parts.founded().history())),
                        parts.founded().history(),
                        parts.random()),
                this::otherLife,
                peers::directory,
                parts.founded()::persist,
                this::apply,
                this::runSoon,
                new GossipDriver.Opinions() {
                    @Override
                    public boolean takesSummary(int peer) {
                        return versions.getOrDefault(peer, 1) >= SUMMARIES_SINCE;
                    }

                    @Override
                    public void doubted(int peer) {
                        liveness().heartbeat(peer);
                    }
                });
        this.events = new OwnEvents(self, parts.stamps(), gossip, () -> ring, this::others);
        this.requests = new MembershipRequests(control, gossip, events, () -> ring, new MembershipRequests.State() {
            @Override
            public boolean isStarted() {
                return MembershipService.this.isStarted();
            }

            @Override
            public boolean isInService() {
                return MembershipService.this.isInService();
            }

            @Override
            public long newestWritten() {
                return MembershipService.this.newestWritten();
            }
        });
        this.compacting = new HistoryCompacting(self, parts.config().historyEvents(), parts.stamps(), gossip);
        this.newestFlush = new NewestFlush(parts.flushTarget(), parts.stamps());
        this.flushing = new Flushing(
                self,
                parts.stamps(),
                gossip,
                () -> Math.max(newestStamp(gossip.history()), newestWritten()),
                peers::directory);
        learnPeers();
        this.view = picture.view(ring, null);
        this.status = makeStatus();
    }

    /**
     * Begins to talk to the other members.
     *
     * @param calls how they are reached
     * @param listener told of changes from now on, and at once of the view as it is
     */
    public void start(PeerCalls calls, MembershipListener listener) {
        control.schedule(0, () -> startNow(calls, listener));
    }

    private boolean runSoon(Runnable task) {
        return control.execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    /**
     * A peer knows of another life of this node. If it began after all that this directory knows of, then the directory was
     * put back to an earlier time, or another has been used as this node's: what was acknowledged there is not here.
     */
    private void otherLife(long boot) {
        if (!forgotLife && boot > parts.livesKnownUpTo()) {
            forgotLife = true;
            LOG.error(
                    "this node has lived after the time that its data directory is from: what is here is merged with what"
                            + " the other owners have before it is trusted");
            listener().lifeForgotten();
        }
    }

    /** The peer numbers. */
    public Peers peers() {
        return peers;
    }

    /** The cluster as this node sees it now. */
    public ClusterView view() {
        return view;
    }

    /** The same for people. */
    public MembershipStatus status() {
        return status;
    }

    /** Where loops report missed deadlines. */
    public PeerHealth health() {
        return health;
    }

    /** Which messages this serves. They may be called on any loop. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.put(MessageType.COPY_STATE, told(CopyState.class, this::onCopyState));
        handlers.put(MessageType.PARTING, told(Parting.class, this::onParting));
        handlers.put(
                MessageType.GOSSIP, told(Gossip.class, (peer, message) -> gossip.onMessage(peer, message.payload())));
        requests.addTo(handlers);
        return handlers;
    }

    /** Tells everybody which of this node's copies may have forgotten events. */
    public void ownCopies(BitSet unsettled) {
        BitSet copy = (BitSet) unsettled.clone();
        control.schedule(0, () -> onOwnCopies(copy));
    }

    /** Tells everybody that this life of this node comes to its end, and how far that is; so they need not find out. */
    public void part(Parting.Stage stage) {
        control.schedule(0, () -> {
            if (partings.own(stage) && isStarted()) {
                publish();
                others().forEach(this::tellOfParting);
            }
        });
    }

    private void tellOfParting(int peer) {
        Parting parting = partings.told();
        if (parting != null) {
            calls().tell(peer, parting);
        }
    }

    @Override
    public @Nullable Flushed newestFlush() {
        return newestFlush.get();
    }

    @Override
    public void flushed(Flushed flushed) {
        if (newestFlush.hear(flushed)) {
            control.schedule(0, () -> persist(flushed));
        }
    }

    /** FLUSHALL: lets everything up to now vanish, here and at every member that can be reached. */
    public void flush(FlushCallback callback) {
        if (!control.execute(() -> flushing.begin(others(), calls(), callback))) {
            control.schedule(0, () -> callback.failed("this node is too busy"));
        }
    }

    /** Leaves the cluster for ever: this node owns nothing any more. Does nothing if it is not leaving. */
    public void leave() {
        control.schedule(0, () -> {
            Member member = ring.member(self);
            if (!closed && member != null && member.state() == MemberState.LEAVING) {
                events.tell(
                        id -> new Event.Left(id, self), "that this node leaves cannot be persisted; it is tried again");
            }
        });
    }

    /** Adds an event that an operator wants, made for this node and the history as it is. */
    public void commit(EventMaker maker) {
        control.schedule(
                0, () -> events.tell(id -> maker.make(ring, id), "what an operator wants cannot be persisted"));
    }

    @Override
    public boolean moved(@Nullable NodeId to, PartitionSet partitions) {
        return record((plan, id) -> new Event.Moved(id, plan, self, to, partitions));
    }

    @Override
    public boolean settled(@Nullable NodeId from, @Nullable NodeId to, PartitionSet partitions) {
        return record((plan, id) -> new Event.Settled(id, plan, from, to, partitions));
    }

    @Override
    public boolean isKnownByAll() {
        return gossip.isKnownBy(others());
    }

    private boolean record(BiFunction<EventId, EventId, Event> maker) {
        EventId plan = ring.plan();
        return plan != null
                && !closed
                && fencedBy == null
                && events.tell(
                        id -> maker.apply(plan, id), "what became of a move cannot be persisted; it is tried again");
    }

    @Override
    public boolean history(Consumer<History> reader) {
        return control.execute(() -> reader.accept(gossip.history()));
    }

    @Override
    public void commit(long baseHash, List<EventMaker> makers, CommitCallback callback) {
        if (!control.execute(() -> commitNow(baseHash, makers, callback))) {
            control.schedule(0, () -> callback.failed("this node is too busy"));
        }
    }

    private void commitNow(long baseHash, List<EventMaker> makers, CommitCallback callback) {
        if (!isInService()) {
            callback.failed("this node is not in service");
        } else {
            events.commit(baseHash, makers, callback);
        }
    }

    /** Makes an event of an id and the ring as it is. */
    @FunctionalInterface
    public interface EventMaker {
        /** Called on the control thread. */
        Event make(Ring ring, EventId id);
    }

    /**
     * Waits until a majority of owners could be asked once since the start, but no longer than this. Not on the control thread.
     *
     * @return whether that came, or this is closed
     */
    public boolean awaitMet(long nanosMax) throws InterruptedException {
        return met.await(nanosMax, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connected(int peer, long bootId, int version) {
        control.schedule(0, () -> {
            versions.put(peer, version);
            onConnected(peer, bootId);
        });
    }

    @Override
    public void approached(int peer) {
        control.execute(() -> {
            if (liveness != null && liveness().connections(peer) == 0) {
                calls().dial(peer);
            }
        });
    }

    @Override
    public void disconnected(int peer) {
        control.schedule(0, () -> {
            copies.disconnected(peer);
            liveness().disconnected(peer);
        });
    }

    @Override
    public void rejected(int peer, boolean byPeer, Rejected rejected) {
        control.execute(() -> onRejected(peer, byPeer, rejected));
    }

    /** Falls silent. The view stays as it was. */
    @Override
    public void close() {
        met.countDown();
        control.schedule(0, () -> {
            closed = true;
            timers.forEach(TaskLoop.Scheduled::cancel);
        });
    }

    private void startNow(PeerCalls peerCalls, MembershipListener newListener) {
        calls = peerCalls;
        listener = newListener;
        liveness = new Liveness(
                parts.config().detector(),
                peers::directory,
                peerCalls,
                parts.clock(),
                this::onStatusChanged,
                self.hashCode());
        gossip.start(peerCalls);
        parts.stamps().startAbove(newestStamp(gossip.history()));
        if (ring.flushStamp() > 0) {
            hearOfFlushes(gossip.history());
            parts.flushTarget().flushAll(ring.flushStamp());
        }
        tellAddress();
        learnPeers();
        publish();
        peerCalls.refresh();
        timers.add(control.schedule(MEETING_NANOS, this::stopWaiting));
        timers.add(control.every(parts.config().gossipIntervalNanos(), this::gossipNow));
        timers.add(control.every(
                parts.config().detector().tickNanos(), () -> liveness().tick()));
    }

    /** Tells ports and addresses that the settings of the birth did not name, or that have changed. */
    private void tellAddress() {
        Member known = ring.member(self);
        if (known == null || known.state().isGone() || known.spec().equals(parts.self())) {
            return;
        }
        try {
            events.take(new Event.Joined(events.nextId(), self, parts.self()));
            if (known.state() == MemberState.LEAVING) {
                // Who joins stays after all; this one has only moved.
                events.take(new Event.Leaving(events.nextId(), self));
            }
        } catch (UncheckedIOException disk) {
            LOG.error("the new address of this node cannot be persisted; others go on with the old one", disk);
        }
    }

    private void onConnected(int peer, long bootId) {
        picture.problem(peer, null);
        // Its copies may have been told of already, over the connection that it made itself.
        boolean newLife = partings.isNewLife(peer, bootId);
        boolean copiesChanged = copies.connected(peer, bootId);
        if (partings.connected(peer, bootId)) {
            liveness().returned(peer);
        }
        liveness().connected(peer);
        if (partings.isStopping(peer)) {
            // This one was being made when the others were let go.
            calls().letGo(peer);
        }
        calls().tell(peer, copies.told(parts.bootId()));
        tellOfParting(peer);
        gossip.announceTo(List.of(peer));
        if (newLife || copiesChanged) {
            publish();
        } else {
            publishStatus();
        }
        if (newLife && picture.statusOf(peer) == PeerStatus.UP) {
            // It was back before anybody took it for down, and missed something all the same.
            listener().peerUp(peer);
        }
    }

    private void onStatusChanged(int peer, boolean up) {
        publish();
        if (up) {
            listener().peerUp(peer);
        } else {
            listener().peerDown(peer);
        }
    }

    private void onRejected(int peer, boolean byPeer, Rejected rejected) {
        picture.problem(peer, rejected.sentence());
        publishStatus();
        if (leaving) {
            // Who refuses it has heard.
            goNow();
        } else if (byPeer && rejected.reason() == Rejected.Reason.REMOVED) {
            fence(rejected.sentence());
        }
    }

    private void onCopyState(int peer, CopyState told) {
        if (copies.told(peer, told)) {
            publish();
        }
        if (copies.isInDoubt(peer)) {
            askWhoLives(peer);
        }
    }

    /** Of two lives of a peer the one that answers goes on. Asked again with the next that either tells. */
    private void askWhoLives(int peer) {
        calls().call(peer, new Probe(), DOUBT_TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                if (copies.answered(from)) {
                    publish();
                }
            }

            @Override
            public void onLost(int from) {
                // If it is over, the next one connects.
            }
        });
    }

    private void onParting(int peer, Parting told) {
        if (!partings.hear(peer, told)) {
            return;
        }
        if (partings.isStopping(peer)) {
            liveness().parting(peer);
            calls().letGo(peer);
        } else {
            LOG.info("{} lets its clients go", peers.directory().get(peer));
        }
        publish();
    }

    private void onOwnCopies(BitSet unsettled) {
        if (!copies.own(unsettled)) {
            return;
        }
        publish();
        CopyState told = copies.told(parts.bootId());
        others().forEach(peer -> calls().tell(peer, told));
    }

    private void gossipNow() {
        List<Integer> others = others();
        if (leaving && others.stream().anyMatch(peer -> gossip.isKnownBy(List.of(peer)))) {
            goNow();
            return;
        }
        liveness().heartbeats(others);
        gossip.tick(others, picture::statusOf);
        if (fencedBy == null && !leaving && compacting.look(ring, others)) {
            gossip.announceTo(others);
        }
        if (!others.isEmpty()) {
            // Told again now and then, because a message may be lost and nothing else would repeat it.
            int other = others.get(parts.random().nextInt(others.size()));
            calls().tell(other, copies.told(parts.bootId()));
            tellOfParting(other);
        }
    }

    /** A flush was heard of that is in force in memory already. */
    private void persist(Flushed flushed) {
        if (!isStarted()) {
            return;
        }
        try {
            events.take(flushed.event());
        } catch (UncheckedIOException disk) {
            LOG.error("a flush is in force, but cannot be persisted; it will be asked for again", disk);
        }
    }

    /** Acts on a history that is on disk, and publishes what it changes. */
    private void apply(History history) {
        Ring before = ring;
        boolean compacted = fold.isCompactedIn(history);
        ring = fold.update(history).orElse(before);
        if (compacted && calls != null) {
            // If it was told by a clock far behind, and by who had forgotten what all others know, it may be void now.
            runSoon(this::tellAddress);
        }
        parts.stamps().startAbove(newestStamp(history));
        if (ring.flushStamp() > before.flushStamp()) {
            hearOfFlushes(history);
            parts.flushTarget().flushAll(ring.flushStamp());
        }
        LOG.debug("{}", ring);
        learnPeers();
        publish();
        Member member = ring.member(self);
        if (member != null && member.state() == MemberState.REMOVED) {
            fence("this node was removed from cluster \"" + ring.clusterName() + "\", " + FOR_EVER);
        } else if (member != null && member.state() == MemberState.LEFT && !leaving) {
            leaving = true;
            timers.add(control.schedule(FAREWELL_NANOS, this::goNow));
        }
    }

    /** Goes when somebody has heard that this node left, which is then known for ever, or when nobody listens. */
    private void goNow() {
        fence("this node left cluster \"" + ring.clusterName() + "\", " + FOR_EVER);
    }

    private void hearOfFlushes(History history) {
        Event.Compacted compacted = history.compacted();
        Event.Flushed before = compacted == null ? null : compacted.summary().flush();
        if (before != null) {
            newestFlush.hear(new Flushed(before));
        }
        for (Event event : history.events()) {
            if (event instanceof Event.Flushed flushed) {
                newestFlush.hear(new Flushed(flushed));
            }
        }
    }

    private void learnPeers() {
        PeerDirectory before = peers.directory();
        for (Member member : ring.known().values()) {
            boolean gone = member.state().isGone();
            int peer = peers.learn(member.id(), member.name(), member.host(), member.peerPort(), gone);
            if (peer == SELF || liveness == null) {
                continue;
            }
            if (gone) {
                gossip.exclude(List.of(member.id()));
                liveness().forget(peer);
                picture.problem(peer, null);
            } else {
                liveness().watch(peer);
            }
        }
        if (calls == null || peers.directory().equals(before)) {
            return;
        }
        calls().refresh();
        for (PeerDirectory.Entry entry : peers.directory().entries()) {
            PeerDirectory.Entry known = before.find(entry.id());
            if (entry.gone() && known != null && !known.gone() && entry.peer() != SELF) {
                calls().hangUp(entry.peer());
            }
        }
    }

    private void fence(String sentence) {
        if (fencedBy == null) {
            fencedBy = sentence;
            LOG.atLevel(leaving ? Level.INFO : Level.ERROR).log(sentence);
            publishStatus();
            listener().fenced(sentence);
        }
    }

    private void publish() {
        view = picture.view(ring, view);
        publishStatus();
        MembershipListener told = listener;
        if (told != null) {
            told.viewChanged(view);
        }
    }

    private void publishStatus() {
        status = makeStatus();
        if (status.met()) {
            met.countDown();
        }
    }

    private MembershipStatus makeStatus() {
        return picture.status(ring, view, gossip.history(), fencedBy);
    }

    private void stopWaiting() {
        picture.hasWaited();
        publishStatus();
    }

    /** The newest stamp that this node has issued, or that any of its records has or had. Any thread. */
    private long newestWritten() {
        return Math.max(parts.stamps().newest(), parts.flushTarget().newestStamp());
    }

    /** What every stamp of this node must be above. */
    private long newestStamp(History history) {
        return Math.max(ring.flushStamp(), history.nextId(0, self).stamp() - 1);
    }

    /** The present members but this node. */
    private List<Integer> others() {
        return peers.directory().entries().stream()
                .filter(entry -> entry.peer() != SELF && !entry.gone())
                .map(PeerDirectory.Entry::peer)
                .toList();
    }

    private <M extends PeerMessage> PeerRequestHandler told(Class<M> type, BiConsumer<Integer, M> consumer) {
        return (peer, request, info, answer) -> control.execute(() -> {
            if (isStarted()) {
                consumer.accept(peer, type.cast(request));
            }
        });
    }

    private boolean isStarted() {
        return calls != null && !closed;
    }

    private boolean isInService() {
        return isStarted() && fencedBy == null;
    }

    private Liveness liveness() {
        return Objects.requireNonNull(liveness, "not started");
    }

    private PeerCalls calls() {
        return Objects.requireNonNull(calls, "not started");
    }

    private MembershipListener listener() {
        return Objects.requireNonNull(listener, "not started");
    }
}
