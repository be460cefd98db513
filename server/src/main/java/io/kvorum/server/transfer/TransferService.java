package io.kvorum.server.transfer;

import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.Pace;
import io.kvorum.server.background.Paces;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.membership.MoveRecorder;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.Entries;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.Fetch;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.Leaves;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.repair.CopyReader;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the plan in force says of this node: takes partitions over, gives them up, drops what it has no more
 * (Dynamo §4.9, §6.2). Owned by the control thread.
 */
public final class TransferService implements MembershipListener, TransferEffects {
    private static final Logger LOG = LoggerFactory.getLogger(TransferService.class);
    private static final long TIMEOUT_NANOS = 5_000_000_000L;
    private static final long TICK_NANOS = 50_000_000L;
    private static final long PAUSED_NANOS = 500_000_000L;
    private static final long CLEANUP_NANOS = 1_000_000_000L;
    private static final int DROPS_AT_ONCE = 16;
    private static final int LEAVES_AT_ONCE = 8 * 1024;

    private final Parts parts;
    private final TransferPolicy policy;
    private final TransferCounters counters;
    private final Transfers transfers;
    private final CopyReader copies;
    private final Paces paces;
    private final Set<Integer> askedForConsent = new HashSet<>();
    private @Nullable Consents consents;
    private @Nullable PeerCalls calls;
    private @Nullable ClusterView view;
    private boolean settling;

    /**
     * What transfers work with.
     *
     * @param bootId names this life of the process
     * @param engine the copies
     * @param replica the control thread's way to them
     * @param views the cluster as it is now
     * @param recorder writes into the history
     * @param copiesChanged told which copies are unsettled when that changes: MembershipService.ownCopies
     * @param budget how much of its time this may use
     */
    public record Parts(
            long bootId,
            StorageEngine engine,
            ReplicaService replica,
            Supplier<ClusterView> views,
            MoveRecorder recorder,
            Consumer<BitSet> copiesChanged,
            Budget budget,
            TaskLoop control,
            Clock clock) {}

    /** Joins the parts; nothing moves before {@link #start}. */
    public TransferService(Parts parts, TransferPolicy policy, TransferCounters counters) {
        this.parts = parts;
        this.policy = policy;
        this.counters = counters;
        this.transfers = new Transfers(policy);
        this.copies = new CopyReader(parts.engine(), parts.views().get().ring().partitioner());
        this.paces = new Paces(parts.budget(), BackgroundJob.TRANSFER, parts.control(), parts.clock());
    }

    /**
     * Begins.
     *
     * @param peerCalls how peers are reached
     * @param loops of this node
     */
    public void start(PeerCalls peerCalls, LoopBarrier loops) {
        parts.control().schedule(0, () -> startNow(peerCalls, loops));
    }

    private void startNow(PeerCalls peerCalls, LoopBarrier loops) {
        calls = peerCalls;
        consents = new Consents(
                parts.bootId(),
                parts.engine(),
                parts.views(),
                parts.control(),
                loops,
                parts.recorder(),
                (partition, digest) -> transfers.isDone(partition, digest, now()),
                counters);
        parts.control().every(TICK_NANOS, this::tick);
        parts.control().every(CLEANUP_NANOS, this::cleanUp);
    }

    /** Which messages this serves. They may be called on any loop. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.put(MessageType.CONSENT, this::handleConsent);
        return handlers;
    }

    private void handleConsent(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        boolean handedOver = parts.control().execute(() -> {
            Consents owner = consents;
            if (owner == null) {
                answer.answer(new Refusal("not started"));
            } else {
                owner.answer(peer, (Consent) request, answer);
            }
        });
        if (!handedOver) {
            answer.answer(new Refusal("the control thread is too busy"));
        }
    }

    @Override
    public void viewChanged(ClusterView newView) {
        view = newView;
        List<TransferStep> steps = new ArrayList<>();
        int last = -1;
        for (Move move : newView.ring().moves()) {
            if (move.partition() != last) {
                last = move.partition();
                steps.addAll(TransferStep.here(newView, last));
            }
        }
        int before = transfers.pending();
        transfers.onSteps(steps);
        if (before == 0 && transfers.pending() > 0) {
            LOG.info("{} partitions are to come to this node", transfers.pending());
        } else if (before > 0 && transfers.pending() == 0) {
            LOG.info("all partitions have come that were to come to this node");
        }
    }

    @Override
    public void peerUp(int peer) {
        transfers.onPeerUp(peer);
    }

    @Override
    public void peerDown(int peer) {
        transfers.onPeerDown(peer);
    }

    @Override
    public void fenced(String sentence) {
        // The node stops; peers refuse it from here on.
    }

    @Override
    public void lifeForgotten() {
        // What is under way came from others; what is here is not trusted before they are asked again.
    }

    private void tick() {
        transfers.pause(parts.budget().isPaused(BackgroundJob.TRANSFER));
        transfers.advance(now(), this);
        askForConsents();
        settle();
        counters.left(transfers.pending(), transfers.underWay());
        counters.came(transfers.records(), transfers.bytes());
    }

    private void askForConsents() {
        ClusterView current = view;
        int peers = current == null ? 0 : current.peers();
        for (int peer = 1; peer < peers; peer++) {
            List<TransferStep> wanted =
                    askedForConsent.contains(peer) ? List.of() : transfers.consentsWantedOf(peer, now());
            if (!wanted.isEmpty()) {
                askForConsent(peer, wanted);
            }
        }
    }

    private void askForConsent(int peer, List<TransferStep> wanted) {
        askedForConsent.add(peer);
        Consent consent = new Consent(
                wanted.stream().mapToInt(TransferStep::partition).toArray(),
                wanted.stream().mapToLong(transfers::digestWanted).toArray());
        calls().call(peer, consent, TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                askedForConsent.remove(from);
                Map<Integer, Long> roots = new HashMap<>();
                if (reply instanceof ConsentAnswer answer) {
                    for (int i = 0; i < answer.partitions().length; i++) {
                        roots.put(answer.partitions()[i], answer.roots()[i]);
                    }
                }
                for (TransferStep step : wanted) {
                    Long root = roots.get(step.partition());
                    if (root != null && reply instanceof ConsentAnswer answer) {
                        transfers.onConsent(from, step, answer.bootId(), root, now(), TransferService.this);
                    } else {
                        transfers.onNoConsent(step, now());
                    }
                }
                askForConsents();
                settle();
            }

            @Override
            public void onLost(int from) {
                askedForConsent.remove(from);
                wanted.forEach(step -> transfers.onNoConsent(step, now()));
            }
        });
    }

    /** Tells of all that is done, at once. */
    private void settle() {
        List<TransferStep> done = transfers.done(now());
        if (done.isEmpty() || settling) {
            return;
        }
        settling = true;
        boolean comes = false;
        for (TransferStep step : done) {
            if (step.move().to() != null) {
                parts.engine().settle(step.partition());
                comes = true;
            }
        }
        if (comes) {
            parts.copiesChanged().accept(parts.engine().unsettled());
        }
        // Others are to know that the copies are whole when they hear that these count.
        parts.control().schedule(0, () -> {
            settling = false;
            tellSettled(done);
        });
    }

    private void tellSettled(List<TransferStep> done) {
        Set<TransferStep> still = new HashSet<>(transfers.done(now()));
        Map<List<@Nullable NodeId>, List<Integer>> byEnds = new LinkedHashMap<>();
        for (TransferStep step : done) {
            if (still.contains(step)) {
                byEnds.computeIfAbsent(
                                Arrays.asList(step.move().from(), step.move().to()), key -> new ArrayList<>())
                        .add(step.partition());
            }
        }
        byEnds.forEach((ends, partitions) -> {
            if (parts.recorder().settled(ends.get(0), ends.get(1), PartitionSet.of(partitions))) {
                counters.settled(partitions.size());
            }
        });
    }

    /** Drops copies of partitions that belong to others, once everybody knows that they do. */
    private void cleanUp() {
        ClusterView current = view;
        if (current == null || !parts.recorder().isKnownByAll()) {
            return;
        }
        int dropped = 0;
        for (int partition = 0; partition < parts.engine().partitions() && dropped < DROPS_AT_ONCE; partition++) {
            boolean foreign = !current.ownedHere(partition)
                    && !current.arrivingHere(partition)
                    && !current.returnsHere(partition);
            boolean kept = current.owners(partition).length > 0;
            if (foreign && kept && parts.engine().recordCount(partition) > 0 && drop(partition)) {
                counters.copyDropped();
                dropped++;
            }
        }
    }

    @Override
    public boolean drop(int partition) {
        try {
            parts.engine().drop(partition);
            return true;
        } catch (IllegalStateException disk) {
            LOG.warn("a copy that is of no more use cannot be dropped now: {}", disk.getMessage());
            return false;
        }
    }

    @Override
    public boolean merge(int partition, byte[] record) {
        return parts.replica().mergeFromElsewhere(partition, record);
    }

    @Override
    public long root(int partition) {
        return parts.engine().root(partition);
    }

    @Override
    public int leafCount() {
        return parts.engine().leafCount();
    }

    @Override
    public long leaf(int partition, int leaf) {
        return parts.engine().leaf(partition, leaf);
    }

    @Override
    public int leavesAtOnce(int partition) {
        return (int) CopyReader.leavesAtOnce(parts.engine().recordCount(partition));
    }

    @Override
    public long[] lacking(int partition, int[] leaves, EntriesAnswer answer) {
        Map<Long, Long> theirs = new LinkedHashMap<>();
        for (int i = 0; i < answer.positions().length; i++) {
            theirs.merge(answer.positions()[i], answer.hashes()[i], Long::sum);
        }
        Map<Long, Long> own = new HashMap<>();
        for (int i = 0; i < answer.counts().length; i++) {
            copies.visitLeaf(partition, leaves[i], (position, hash) -> own.merge(position, hash, Long::sum));
        }
        theirs.entrySet().removeIf(entry -> entry.getValue().equals(own.get(entry.getKey())));
        return theirs.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public void pull(int peer, int partition, long ticket, long fromHash) {
        Pull pull = new Pull(partition, fromHash, parts.engine().root(partition), chunkBytes(peer));
        ask(
                peer,
                partition,
                ticket,
                pull,
                PullAnswer.class,
                (answer, now) -> transfers.onPulled(partition, ticket, answer, now, this));
    }

    @Override
    public void askLeaves(int peer, int partition, long ticket, int first) {
        ask(
                peer,
                partition,
                ticket,
                new Leaves(partition, first, LEAVES_AT_ONCE),
                LeavesAnswer.class,
                (answer, now) -> transfers.onLeaves(partition, ticket, answer, now, this));
    }

    @Override
    public void askEntries(int peer, int partition, long ticket, int[] leaves) {
        ask(
                peer,
                partition,
                ticket,
                new Entries(partition, leaves),
                EntriesAnswer.class,
                (answer, now) -> transfers.onEntries(partition, ticket, answer, now, this));
    }

    @Override
    public void fetch(int peer, int partition, long ticket, long[] positions) {
        Fetch fetch = new Fetch(partition, positions, chunkBytes(peer));
        ask(
                peer,
                partition,
                ticket,
                fetch,
                FetchAnswer.class,
                (answer, now) -> transfers.onFetched(partition, ticket, answer, now, this));
    }

    @Override
    public void force(int partition, long ticket) {
        if (parts.replica().durability() == Durability.NONE) {
            parts.control().schedule(0, () -> transfers.onForced(partition, ticket, true, now()));
        } else {
            // Not only what came here: what other loops took of coordinators was not fetched again.
            parts.replica()
                    .whenAllDurable(
                            partition, (upTo, durable) -> transfers.onForced(partition, ticket, durable, now()));
        }
    }

    private int chunkBytes(int peer) {
        return paces.with(peer).atATime(policy.chunkBytes());
    }

    /** Asks a peer when the budget lets it; what comes of it is told on the control thread, once. */
    private <A extends PeerMessage> void ask(
            int peer, int partition, long ticket, PeerMessage question, Class<A> type, ObjLongConsumer<A> answered) {
        Pace pace = paces.with(peer);
        long restNanos = transfers.isHeld(partition) ? PAUSED_NANOS : pace.restNanos();
        if (restNanos > 0 && !transfers.mustGoOn(partition)) {
            parts.control().schedule(restNanos, () -> ask(peer, partition, ticket, question, type, answered));
            return;
        }
        pace.begun();
        calls().call(peer, question, TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                boolean done = false;
                try {
                    if (type.isInstance(reply)) {
                        answered.accept(type.cast(reply), now());
                        done = true;
                    } else {
                        LOG.debug("peer {} answered {} with {}", from, question.type(), reply.type());
                    }
                } finally {
                    // What came was merged: that, above all, is the work.
                    if (reply instanceof PullAnswer pulled) {
                        pace.ended(pulled.sharePercent());
                    } else {
                        pace.ended();
                    }
                    if (!done) {
                        // Maybe for a bug: the transfer must not wait for what has come already.
                        transfers.onFailed(partition, ticket, now());
                    }
                }
                askForConsents();
            }

            @Override
            public void onLost(int from) {
                pace.idled();
                transfers.onFailed(partition, ticket, now());
            }
        });
    }

    private long now() {
        return parts.clock().nanoTime();
    }

    private PeerCalls calls() {
        PeerCalls known = calls;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }
}
