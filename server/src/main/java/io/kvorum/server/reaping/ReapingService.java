package io.kvorum.server.reaping;

import io.kvorum.ring.Member;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.peer.message.ReapAgreed;
import io.kvorum.server.peer.message.ReapHeld;
import io.kvorum.server.peer.message.ReapHeldAnswer;
import io.kvorum.server.peer.message.Reaped;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives the {@link Reaping} of a node: membership tells it which rounds to lead, peers are asked, storage lets go. Owned by
 * the control thread. Where this node is the whole cluster there is nobody to agree with, and the sweeper does it all.
 */
public final class ReapingService implements MembershipListener, ReapingEffects {
    private static final long TICK_NANOS = 100_000_000L;
    private static final long TIMEOUT_NANOS = 5_000_000_000L;
    private static final long TURN_NANOS = 2_000_000L;
    private static final int STEPS_MAX = 1_000;

    private static final ReplyHandler PLANTED = new ReplyHandler() {
        @Override
        public void onReply(int peer, PeerMessage reply) {}

        @Override
        public void onLost(int peer) {}
    };

    private final Reaping reaping;
    private final Reaper reaper;
    private final Partitioner partitioner;
    private final ReapResponder responder;
    private final StorageEngine engine;
    private final PeerCalls calls;
    private final Budget budget;
    private final TaskLoop control;
    private final Clock clock;
    private ClusterView view;
    private long restUntilNanos;

    /**
     * Joins the parts.
     *
     * @param engine the copies
     * @param stamps the node's clock
     * @param responder says what this node keeps for others
     * @param firstView what the cluster looks like before membership tells
     * @param calls how peers are reached
     * @param budget how much of its time this may use
     */
    public ReapingService(
            ReapingPolicy policy,
            ReapingCounters counters,
            StorageEngine engine,
            StampClock stamps,
            ReapResponder responder,
            ClusterView firstView,
            PeerCalls calls,
            Budget budget,
            TaskLoop control,
            Clock clock) {
        this.reaping = new Reaping(policy, counters);
        this.partitioner = firstView.ring().partitioner();
        this.reaper = new Reaper(engine, stamps, partitioner, policy.graceMillis());
        this.responder = responder;
        this.engine = engine;
        this.view = firstView;
        this.calls = calls;
        this.budget = budget;
        this.control = control;
        this.clock = clock;
        this.restUntilNanos = clock.nanoTime();
    }

    /** Begins. Where records go for want of memory, a copy that has none says nothing. */
    public void start() {
        if (!engine.evicts()) {
            control.every(TICK_NANOS, this::tick);
        }
    }

    private void tick() {
        long beginNanos = clock.nanoTime();
        if (budget.isPaused(BackgroundJob.REAPING) || beginNanos - restUntilNanos < 0) {
            return;
        }
        boolean more = true;
        for (int step = 0; more && step < STEPS_MAX && clock.nanoTime() - beginNanos < TURN_NANOS; step++) {
            more = reaping.tick(clock.nanoTime(), this);
        }
        worked(beginNanos);
        if (more) {
            goOn();
        }
    }

    /** Others have their turn on this thread first; where the budget wants a rest, it ends with a later tick. */
    private void goOn() {
        boolean unused = control.execute(this::tick);
    }

    @Override
    public void viewChanged(ClusterView newView) {
        ClusterView before = view;
        view = newView;
        int[] places = new int[newView.ring().partitions()];
        BitSet changed = new BitSet();
        for (int partition = 0; partition < places.length; partition++) {
            places[partition] = place(newView, partition);
            if (!owners(before, partition).equals(owners(newView, partition))) {
                changed.set(partition);
            }
        }
        reaping.onView(places, changed, clock.nanoTime());
    }

    private static List<NodeId> owners(ClusterView view, int partition) {
        return view.ring().preferenceList(partition).owners();
    }

    /**
     * This node's place among the owners; -1 if it is none, or one of them has not settled its copy, or somebody comes back with
     * a copy that is as old as its consent.
     */
    private static int place(ClusterView view, int partition) {
        if (!view.ring().preferenceList(partition).returning().isEmpty()) {
            return -1;
        }
        int[] owners = view.owners(partition);
        int place = -1;
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] < 0 || !view.isSettled(partition, owners[i])) {
                return -1;
            }
            place = owners[i] == PeerTransport.SELF ? i : place;
        }
        return view.ring().members().size() > 1 ? place : -1;
    }

    @Override
    public void peerUp(int peer) {
        // Questions that failed are asked again in a while.
    }

    @Override
    public void peerDown(int peer) {
        // Its questions fail.
    }

    @Override
    public void fenced(String sentence) {
        // The node stops; peers refuse it from here on.
    }

    @Override
    public void lifeForgotten() {
        // The copies are unsettled now, which comes as a new view.
    }

    @Override
    public long clockMillis() {
        return reaper.clockMillis();
    }

    @Override
    public long collect(int partition, long cursor, long deadBeforeMillis, Candidates into) {
        return reaper.collect(partition, cursor, deadBeforeMillis, into);
    }

    @Override
    public int[] otherOwners(int partition) {
        return Arrays.stream(view.owners(partition))
                .filter(peer -> peer != PeerTransport.SELF)
                .toArray();
    }

    @Override
    public int[] otherMembers() {
        int[] peers = new int[view.peers()];
        int count = 0;
        for (int peer = 0; peer < peers.length; peer++) {
            Member member = view.ring().member(view.member(peer));
            if (peer != PeerTransport.SELF && member != null && !member.state().isGone()) {
                peers[count++] = peer;
            }
        }
        return Arrays.copyOf(peers, count);
    }

    @Override
    public void agree(int peer, long ticket, ReapAgree question) {
        if (peer == PeerTransport.SELF) {
            responder.agree(
                    question,
                    answer -> onControl(() -> reaping.onAgreed(peer, ticket, answer, clock.nanoTime(), this)));
        } else {
            ask(
                    peer,
                    ticket,
                    question,
                    ReapAgreed.class,
                    (answer, now) -> reaping.onAgreed(peer, ticket, answer, now, this));
        }
    }

    @Override
    public void held(int peer, long ticket, int partition) {
        ReapHeld question = new ReapHeld(partition);
        if (peer == PeerTransport.SELF) {
            responder.held(question, answer -> onControl(() -> reaping.onHeld(ticket, answer, clock.nanoTime(), this)));
        } else {
            ask(
                    peer,
                    ticket,
                    question,
                    ReapHeldAnswer.class,
                    (answer, now) -> reaping.onHeld(ticket, answer, now, this));
        }
    }

    /** Storage answers on any thread. */
    private void onControl(Runnable answered) {
        control.handBack(() -> {
            answered.run();
            goOn();
        });
    }

    @Override
    public void plant(int peer, int partition, long position, long deadBeforeMillis) {
        byte[] record = reaper.dead(partition, position, deadBeforeMillis);
        if (record != null) {
            int keyLength = RecordBytes.keyLength(record);
            long low = partitioner.low(record, RecordBytes.KEY_AT, keyLength);
            // Whether it was taken is seen when it is asked about next.
            calls.call(peer, new Write(position, low, record, false), TIMEOUT_NANOS, PLANTED);
        }
    }

    @Override
    public void reap(int peer, long ticket, Reap request) {
        ask(peer, ticket, request, Reaped.class, (answer, now) -> reaping.onReaped(ticket, answer, now, this));
    }

    @Override
    public BitSet reapHere(Reap request) {
        return reaper.reap(request);
    }

    /** Asks a peer; what comes of it is told on the control thread, once. */
    private <A extends PeerMessage> void ask(
            int peer, long ticket, PeerMessage question, Class<A> type, ObjLongConsumer<A> answered) {
        long askedNanos = clock.nanoTime();
        calls.call(peer, question, TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                worked(askedNanos);
                @Nullable A answer = type.isInstance(reply) ? type.cast(reply) : null;
                if (answer == null) {
                    onLost(from);
                } else {
                    answered.accept(answer, clock.nanoTime());
                    goOn();
                }
            }

            @Override
            public void onLost(int from) {
                reaping.onFailed(ticket, clock.nanoTime(), ReapingService.this);
            }
        });
    }

    private void worked(long sinceNanos) {
        long nowNanos = clock.nanoTime();
        long untilNanos = nowNanos + budget.restNanos(BackgroundJob.REAPING, nowNanos - sinceNanos);
        restUntilNanos = untilNanos - restUntilNanos > 0 ? untilNanos : restUntilNanos;
    }
}
