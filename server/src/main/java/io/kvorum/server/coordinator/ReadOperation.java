package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Deadline;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One read (Dynamo §5: the machine of a get). Its own copy is the first answer; R-1 others are asked with that copy's
 * hash and say "same" or send theirs. What they send is merged; at R answers the caller gets the merge. The machine
 * lives on until everyone asked has answered or time is out, then brings stale owners up to date (read repair).
 *
 * <pre>
 *   start ── too few reachable ──► failed (nothing asked)
 *     │ ask R-1 (or all)
 *     ▼
 *   WAITING ── answer ──► R reached: reply ──► LATE ── all answered, or deadline ──► repair, end
 *     │  └─ late (p95): ask one more            (collects stragglers)
 *     └─ nobody left to ask, or deadline ──► failed
 * </pre>
 *
 * <p>Where a node joins the owners that has to count besides them, it is asked, too: that it does not answer for the partition
 * yet says that nobody has written to it alone.
 *
 * <p>While an owner is away, a fallback is asked in its place what it keeps of the key, for whomever (sloppy quorum). What it
 * keeps is merged into the answer, which waits for that as long as it would for a late owner; so who wrote by way of
 * fallbacks mostly reads it back. It does not count toward R, with a hint or without: R owners and W owners meet, a hint
 * shows one write and knows nothing of those that W owners took before or after it. Without a hint for the key a fallback has
 * no opinion, and that says nothing.
 */
final class ReadOperation extends Deadline implements ReplyHandler {
    /** What is found this long after the end of a read is no ground for changing copies. */
    private static final long REPAIR_LATE_NANOS = 1_000_000_000L;

    private static final byte NOT_ASKED = 0;
    private static final byte ASKED = 1;
    private static final byte ANSWERED = 2;
    private static final byte FAILED = 3;

    private final Coordinator coordinator;
    private final ClusterView view;
    private final KeyRef key;
    private final int required;

    /** Null unless somebody counts besides the owners. */
    private final @Nullable Newcomer newcomer;

    private final boolean askAll;
    private final long deadlineNanos;
    private final ReadCallback callback;
    private final int[] owners;

    /** By place in the preference list. */
    private final byte[] states;

    private final long[] calls;
    private final long[] hashes;
    /** Null unless an owner is away. */
    private @Nullable StandIns standIns;

    private long startNanos;

    /** When an owner was asked last. */
    private long askedNanos;

    /** What this copy had been flushed up to before it was read. */
    private long flushedUpTo;

    private long ownHash;
    private byte @Nullable [] merged;
    private int answers;
    private int outstanding;
    private boolean replied;
    private boolean hedgePending;

    /** Whether the answer waits for fallbacks. */
    private boolean isPatient;

    ReadOperation(
            Coordinator coordinator,
            ClusterView view,
            KeyRef key,
            int required,
            @Nullable Newcomer newcomer,
            boolean askAll,
            long deadlineNanos,
            ReadCallback callback) {
        this.coordinator = coordinator;
        this.view = view;
        this.key = key;
        this.required = required;
        this.newcomer = newcomer;
        this.askAll = askAll;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
        this.owners = view.owners(key.partition());
        this.states = new byte[owners.length];
        this.calls = new long[owners.length];
        this.hashes = new long[owners.length];
    }

    void start() {
        // Looked at before the record: what is flushed between the two is looked for once more.
        flushedUpTo = coordinator.replica.flushedUpTo(key.partition());
        byte[] own = coordinator.replica.read(key);
        if (coordinator.replica.isStub(own)) {
            fetchFirst();
        } else {
            start(own);
        }
    }

    /** This node's values are on disk. */
    private void fetchFirst() {
        coordinator.wheel.schedule(this, deadlineNanos);
        long fetchNanos = coordinator.clock.nanoTime();
        coordinator.replica.fetch(key, (own, fetched) -> {
            coordinator.metrics.coldReadWaited(coordinator.clock.nanoTime() - fetchNanos);
            if (replied) {
                return;
            }
            coordinator.wheel.cancel(this);
            if (fetched && !coordinator.replica.isStub(own)) {
                try {
                    start(own);
                } catch (RuntimeException bug) {
                    coordinator.wheel.cancel(this);
                    if (!replied) {
                        fail(Failure.INTERNAL);
                    }
                    throw bug;
                }
            } else {
                fail(new Failure(Failure.Kind.TRYAGAIN, "the value is on disk, and could not be read from there now"));
            }
        });
    }

    private void start(byte @Nullable [] own) {
        merged = own;
        ownHash = coordinator.replica.hashOf(merged);
        answers = 1;
        if (required == 1 && !askAll && newcomer == null) {
            replied = true;
            callback.onRecord(merged);
            return;
        }
        int reachable = reachable();
        if (reachable < required) {
            fail(new Failure(
                    Failure.Kind.CLUSTERDOWN,
                    String.format(
                            Locale.ROOT,
                            "need %d of %d replicas for reads, %d reachable",
                            required,
                            owners.length,
                            reachable)));
            return;
        }
        if (newcomer != null && !newcomer.isReachableFor(reachable)) {
            fail(new Failure(
                    Failure.Kind.CLUSTERDOWN,
                    String.format(
                            Locale.ROOT,
                            "need %d of %d replicas for reads while one joins, %d reachable",
                            newcomer.together(),
                            owners.length + 1,
                            reachable)));
            return;
        }
        startNanos = coordinator.clock.nanoTime();
        askedNanos = startNanos;
        int wanted = askAll ? owners.length - 1 : required - 1;
        long slowestNanos = 0;
        for (int i = 0; i < wanted; i++) {
            int place = askFastest();
            if (place < 0) {
                break;
            }
            slowestNanos = Math.max(slowestNanos, coordinator.latency.p95Nanos(owners[place]));
        }
        if (newcomer != null && newcomer.ask(request(), deadlineNanos, this)) {
            outstanding++;
        }
        askStandIns();
        schedule(slowestNanos);
        progress();
    }

    /** Asks a fallback in the place of each owner that is away. */
    private void askStandIns() {
        for (int place = 0; place < owners.length; place++) {
            int owner = owners[place];
            if (owner != PeerTransport.SELF
                    && !(view.isAskable(key.partition(), owner) && coordinator.transport.isReachable(owner))
                    && view.fallbacks(key.partition()).length > 0) {
                askStandIn(place);
            }
        }
    }

    private void askStandIn(int place) {
        StandIns others = standIns;
        if (others == null) {
            others = new StandIns(view, coordinator.transport, key.partition());
            standIns = others;
        }
        HintedRead request = new HintedRead(key.positionHigh(), key.positionLow(), key.bytes());
        for (int peer = others.next(); peer > 0; peer = others.next()) {
            long call = coordinator.transport.call(peer, request, deadlineNanos, this);
            if (call != PeerTransport.NOT_SENT) {
                others.asked(place, peer, call);
                outstanding++;
                isPatient = required > 1;
                return;
            }
        }
    }

    private void onHintReply(int peer, @Nullable PeerMessage reply) {
        StandIns others = standIns;
        int place = others == null ? -1 : others.waitingFor(peer);
        if (others == null || place < 0) {
            return;
        }
        others.ended(place);
        outstanding--;
        if (reply instanceof ReadAnswer answer) {
            byte[] record = answer.record();
            if (record != null && coordinator.replica.isRecordOf(key, record)) {
                coordinator.metrics.hintRead();
                merged = coordinator.replica.merge(merged, coordinator.replica.withoutFlushed(key.partition(), record));
            }
        }
        progress();
    }

    private int standInsOutstanding() {
        StandIns others = standIns;
        return others == null ? 0 : others.outstanding();
    }

    private void onNewcomer(Newcomer joining, @Nullable PeerMessage reply) {
        if (!joining.isWaiting()) {
            return;
        }
        outstanding--;
        boolean counts = false;
        if (reply instanceof ReadAnswer answer) {
            byte[] record = answer.record();
            counts = answer.status() != ReadAnswer.Status.UNSETTLED;
            if (record != null && coordinator.replica.isRecordOf(key, record)) {
                merged = coordinator.replica.merge(merged, coordinator.replica.withoutFlushed(key.partition(), record));
            }
        }
        joining.answered(counts);
        progress();
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        int place = placeOf(peer);
        if (newcomer != null && newcomer.is(peer)) {
            onNewcomer(newcomer, reply);
            return;
        }
        if (place < 0) {
            onHintReply(peer, reply);
            return;
        }
        if (states[place] != ASKED) {
            return;
        }
        outstanding--;
        states[place] = FAILED;
        if (reply instanceof ReadAnswer answer) {
            coordinator.latency.observe(peer, coordinator.clock.nanoTime() - startNanos);
            take(place, answer);
        }
        progress();
    }

    @Override
    public void onLost(int peer) {
        int place = placeOf(peer);
        if (newcomer != null && newcomer.is(peer)) {
            onNewcomer(newcomer, null);
        } else if (place < 0) {
            onHintReply(peer, null);
        } else if (states[place] == ASKED) {
            states[place] = FAILED;
            outstanding--;
            progress();
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (hedgePending || (isPatient && nowNanos - deadlineNanos < 0)) {
            boolean hedge = hedgePending && !replied && answers < required;
            hedgePending = false;
            isPatient = false;
            coordinator.wheel.schedule(this, deadlineNanos);
            if (hedge && askFastest() >= 0) {
                askedNanos = nowNanos;
                coordinator.metrics.hedged();
            }
            progress();
            return;
        }
        isPatient = false;
        StandIns others = standIns;
        if (others != null) {
            others.forget(peer -> missed(peer, nowNanos));
        }
        for (int place = 0; place < owners.length; place++) {
            if (states[place] == ASKED) {
                coordinator.transport.forget(owners[place], calls[place]);
                missed(owners[place], nowNanos);
                states[place] = FAILED;
            }
        }
        if (newcomer != null) {
            newcomer.forget(peer -> missed(peer, nowNanos));
        }
        outstanding = 0;
        if (!replied && hasEnough()) {
            reply();
        }
        if (!replied) {
            fail(outOfTime());
        }
        repair();
    }

    private void missed(int peer, long nowNanos) {
        coordinator.missed(peer, nowNanos - askedNanos, coordinator.policy.readTimeoutNanos());
    }

    private void take(int place, ReadAnswer answer) {
        byte[] record = answer.record();
        switch (answer.status()) {
            case NOT_OWNER -> {}
            case SAME -> {
                states[place] = ANSWERED;
                hashes[place] = ownHash;
                answers++;
            }
            case DIFFERENT, UNSETTLED -> {
                boolean unsettled = answer.status() == ReadAnswer.Status.UNSETTLED;
                if (record == null ? unsettled : !coordinator.replica.isRecordOf(key, record)) {
                    return;
                }
                coordinator.metrics.mismatched();
                states[place] = ANSWERED;
                hashes[place] = coordinator.replica.hashOf(record);
                // An owner that has not heard of a flush yet must not bring back what is gone here.
                byte[] kept = record == null ? null : coordinator.replica.withoutFlushed(key.partition(), record);
                merged = coordinator.replica.merge(merged, kept);
                answers += unsettled ? 0 : 1;
            }
        }
    }

    private boolean hasEnough() {
        return answers >= required && (newcomer == null || newcomer.completes(answers));
    }

    /** Whether those who may answer yet are too few. */
    private boolean isOutOfReach() {
        int newcomers = newcomer != null && newcomer.isWaiting() ? 1 : 0;
        int most = answers + outstanding - standInsOutstanding() - newcomers;
        return most < required || (newcomer != null && !newcomer.couldComplete(most));
    }

    private void progress() {
        if (!replied && hasEnough() && (!isPatient || standInsOutstanding() == 0)) {
            reply();
        }
        while (!replied && isOutOfReach()) {
            if (askFastest() < 0) {
                fail(new Failure(
                        Failure.Kind.TRYAGAIN,
                        String.format(Locale.ROOT, "read needs %d replicas, %d answered", needed(), answers)));
                break;
            }
            askedNanos = coordinator.clock.nanoTime();
        }
        if (outstanding == 0) {
            coordinator.wheel.cancel(this);
            repair();
        }
    }

    private void reply() {
        replied = true;
        byte[] found = merged;
        if (found != null && coordinator.replica.flushedUpTo(key.partition()) != flushedUpTo) {
            // Some of it was read before a flush that was heard of since, perhaps from those who were asked.
            merged = coordinator.replica.withoutFlushed(key.partition(), found);
        }
        coordinator.metrics.readQuorumWaited(coordinator.clock.nanoTime() - startNanos);
        callback.onRecord(merged);
    }

    /** Asks the owner that answers fastest of those not asked yet; returns its place, or -1 if nobody is left. */
    private int askFastest() {
        while (true) {
            int best = -1;
            for (int place = 0; place < owners.length; place++) {
                if (isCandidate(place)
                        && (best < 0
                                || coordinator.latency.meanNanos(owners[place])
                                        < coordinator.latency.meanNanos(owners[best]))) {
                    best = place;
                }
            }
            if (best < 0 || ask(best)) {
                return best;
            }
        }
    }

    private Read request() {
        return new Read(key.positionHigh(), key.positionLow(), key.bytes(), ownHash);
    }

    private boolean ask(int place) {
        long call = coordinator.transport.call(owners[place], request(), deadlineNanos, this);
        if (call == PeerTransport.NOT_SENT) {
            states[place] = FAILED;
            return false;
        }
        calls[place] = call;
        states[place] = ASKED;
        outstanding++;
        return true;
    }

    private boolean isCandidate(int place) {
        int owner = owners[place];
        return owner != PeerTransport.SELF
                && states[place] == NOT_ASKED
                && view.isHealthy(owner)
                && view.isSettled(key.partition(), owner)
                && coordinator.transport.isReachable(owner);
    }

    private int reachable() {
        int reachable = 1;
        for (int place = 0; place < owners.length; place++) {
            if (isCandidate(place)) {
                reachable++;
            }
        }
        return reachable;
    }

    private void schedule(long p95Nanos) {
        long hedgeNanos = startNanos + Math.max(p95Nanos, coordinator.policy.hedgeMinNanos());
        boolean inTime = hedgeNanos < deadlineNanos;
        hedgePending = coordinator.policy.hedge() && !askAll && inTime;
        coordinator.wheel.schedule(this, hedgePending || (isPatient && inTime) ? hedgeNanos : deadlineNanos);
    }

    /**
     * Brings owners up to date that answered with less than the merge, after the caller has its answer. The record is
     * read anew for it: what is sent now must be as new as the frame that carries it says.
     */
    private void repair() {
        long mergedHash = coordinator.replica.hashOf(merged);
        if (merged == null || owners.length == 1) {
            return;
        }
        boolean stale = mergedHash != ownHash;
        for (int place = 0; place < owners.length && !stale; place++) {
            stale = states[place] == ANSWERED && hashes[place] != mergedHash;
        }
        // What was read before this process stood still may have been reaped since.
        if (!stale || coordinator.clock.nanoTime() - deadlineNanos > REPAIR_LATE_NANOS) {
            return;
        }
        boolean ownMayBeAbsent = ownHash == 0 && coordinator.replica.mayBeGone(merged);
        if (mergedHash != ownHash
                && !ownMayBeAbsent
                && coordinator.replica.mergeOwn(key, merged) == ReplicaService.Outcome.WRITTEN) {
            coordinator.metrics.repaired();
        }
        byte[] current = coordinator.replica.read(key);
        if (coordinator.replica.isStub(current)) {
            coordinator.replica.fetch(
                    key, (whole, fetched) -> sendTo(coordinator.replica.isStub(whole) ? null : whole));
        } else {
            sendTo(current);
        }
    }

    /** Sends a record to the owners that had another. */
    private void sendTo(byte @Nullable [] current) {
        long currentHash = coordinator.replica.hashOf(current);
        for (int place = 0; current != null && place < owners.length; place++) {
            boolean mayBeAbsent = hashes[place] == 0 && coordinator.replica.mayBeGone(current);
            if (states[place] == ANSWERED && hashes[place] != currentHash && !mayBeAbsent) {
                coordinator.transport.tell(owners[place], coordinator.replica.toWrite(key, current, false));
                coordinator.metrics.repaired();
            }
        }
    }

    private int needed() {
        return newcomer == null ? required : Math.max(required, newcomer.together());
    }

    private Failure outOfTime() {
        return new Failure(
                Failure.Kind.TRYAGAIN,
                String.format(Locale.ROOT, "read heard %d of %d replicas in time", answers, needed()));
    }

    private void fail(Failure failure) {
        replied = true;
        coordinator.metrics.failed(failure.kind());
        callback.onFailure(failure);
    }

    /** The place of an owner; -1 for a fallback. */
    private int placeOf(int peer) {
        for (int place = 0; place < owners.length; place++) {
            if (owners[place] == peer) {
                return place;
            }
        }
        return -1;
    }
}
