package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.Flush;
import org.jspecify.annotations.Nullable;

/**
 * One write (Dynamo §4.5). What cannot succeed is refused before anything is touched. Then this node's own copy is
 * written, and the whole resulting record goes to every other owner that a connection leads to, suspected ones too: what
 * they take is so much less to repair. W of them holding it is the answer; nobody else's silence delays it.
 *
 * <pre>
 *   start ── too few reachable, fallbacks included ──► CLUSTERDOWN                      (nothing attempted)
 *     │ the time is over ──► TRYAGAIN                                                   (nothing attempted)
 *     │ refused by the own copy ──► OOM, ERR                                            (nothing attempted)
 *     │ own disk behind: again in a moment, until the deadline ──► TRYAGAIN              (nothing attempted)
 *     │ and this copy is unsettled by then ──► NOT_COORDINATOR                          (nothing attempted)
 *     │ own copy written
 *     ▼
 *   WAITING ── W acknowledged ──► reply ──► LATE ── all answered, or deadline ──► end
 *     │  └─ half the time is over, or W is out of reach: a fallback for each owner that has not taken it
 *     ├─ a flush that takes the write is heard of ──► start, under a newer stamp
 *     └─ W out of reach and no fallback left, or deadline ──► INDOUBT, with the number that hold it
 * </pre>
 *
 * <p>An owner that is believed down is stood in for by the next healthy fallback, which keeps the record with a hint (sloppy
 * quorum, Dynamo §4.6). An owner and its stand-in count once, whoever acknowledges; and each fallback stands in for one owner:
 * so W acknowledgements are W nodes that hold the record. Under STRICT hints are kept, and do not count. Where an owner
 * missed the write and no fallback keeps it, this node, which has it, notes a bare hint.
 *
 * <p>A fallback that coordinates has its hint in the place of an own copy, made by {@link StandInWrite}: it counts in the
 * place of one owner, and needs no bare hints, since it keeps the record for every owner.
 *
 * <p>Where a node joins the owners that has to count besides them, it is one more that must take the write. That it is none
 * yet, for all that it knows, is as good: it compares its copy with all owners later.
 *
 * <p>Where a write must be on disk before it is acknowledged, the own copy's force runs while the others are asked, and
 * counts when it is done. So others may have an event of this copy's actor that a loss of power takes from the copy itself:
 * which is why an actor never outlives an unclean end.
 */
final class WriteOperation extends Deadline implements ReplyHandler {
    private static final ReplyHandler INCOMING = new ReplyHandler() {
        @Override
        public void onReply(int peer, PeerMessage reply) {
            // What it did not take it fetches from whose place it takes, or the other owners have.
        }

        @Override
        public void onLost(int peer) {
            // Likewise.
        }
    };

    private final Coordinator coordinator;
    private final ClusterView view;
    private final KeyRef key;
    private final Mutation mutation;
    private final WriteQuorum quorum;

    /** That of the quorum. */
    private final @Nullable Newcomer newcomer;

    private final long deadlineNanos;
    private final WriteCallback callback;
    private final int[] owners;
    private final OwnerCalls calls;

    /** The place that this node has, or takes, in the preference list. */
    private final int ownPlace;

    /** Whether this node is a fallback, and coordinates in the place of the owner there. */
    private final boolean standsIn;

    /** What others have, merged into the own copy before the mutation sees it; null if nothing, or once it is. */
    private byte @Nullable [] seen;

    /** Null until one is needed: most writes need none. */
    private @Nullable StandIns standIns;

    private long startNanos;

    /** When anybody was asked last. */
    private long askedNanos;

    private byte[] record = new byte[0];
    private int outstanding;
    private boolean replied;
    private boolean starting;

    /** What this copy had been flushed up to before the write was made on it; 0 for a fallback's. */
    private long flushedUpTo;

    /** Whether the write was made before, and a flush took it. */
    private boolean isAgain;

    /** Whether the values of the stub were just fetched. */
    private boolean hasFetched;

    private boolean ownForceAwaited;

    /** Counts what the own copy's forces are awaited for, since what was awaited before may come late. */
    private int forces;

    /** How long it waited last for a disk that is behind. */
    private long retryNanos;

    /** Whether silent owners are to be stood in for when the timer comes. */
    private boolean standInsDue;

    private boolean ended;

    /**
     * Makes the operation. Where this node is no owner it is begun by {@link StandInWrite}, and stands in for an owner that
     * cannot be reached.
     */
    WriteOperation(
            Coordinator coordinator,
            ClusterView view,
            KeyRef key,
            byte @Nullable [] seen,
            Mutation mutation,
            WriteQuorum quorum,
            long deadlineNanos,
            WriteCallback callback) {
        this.coordinator = coordinator;
        this.view = view;
        this.key = key;
        this.seen = seen;
        this.mutation = mutation;
        this.quorum = quorum;
        this.newcomer = quorum.newcomer();
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
        this.owners = view.owners(key.partition());
        this.calls = new OwnerCalls(coordinator.transport, owners);
        int place = placeOf(PeerTransport.SELF);
        this.standsIn = place < 0;
        this.ownPlace = standsIn ? placeToTake() : place;
    }

    void start() {
        Failure refusal = refusal();
        if (refusal != null) {
            fail(refusal);
            return;
        }
        startNanos = coordinator.clock.nanoTime();
        attemptAndAnswer(startNanos);
    }

    /** Why the write cannot possibly succeed; null if it may. */
    @Nullable
    Failure refusal() {
        Failure unreachable = quorum.unreachable(reachable(), owners.length, standsIn && quorum.isStrict());
        if (unreachable != null) {
            return unreachable;
        }
        if (quorum.wantsDurable() && coordinator.replica.durability() == Durability.NONE) {
            return new Failure(
                    Failure.Kind.ERR,
                    "DW asks for copies on disk, but the engine of this node keeps none; leave DW out or set it to 0");
        }
        return null;
    }

    /** Goes on with a record that this node, a fallback, keeps for all owners. */
    void goOn(byte[] made, boolean durable, long sinceNanos) {
        startNanos = sinceNanos;
        askedNanos = coordinator.clock.nanoTime();
        record = made;
        coordinator.metrics.hinted();
        quorum.hint(ownPlace, durable);
        try {
            replicate();
            progress();
        } catch (RuntimeException bug) {
            coordinator.wheel.cancel(this);
            if (!replied) {
                fail(inDoubt());
            }
            throw bug;
        }
    }

    /** The failure of an attempt whose own hint may be there. */
    Failure inDoubt(long sinceNanos) {
        startNanos = sinceNanos;
        return inDoubt();
    }

    /** The place of the first owner that cannot be sent anything. */
    private int placeToTake() {
        int place = 0;
        while (place < owners.length - 1 && coordinator.transport.isReachable(owners[place])) {
            place++;
        }
        return place;
    }

    private void attempt(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            // Who asked has given up, and may have written elsewhere what this would come back beside.
            failUnwritten(Failure.TOO_LATE);
            return;
        }
        flushedUpTo = coordinator.replica.flushedUpTo(key.partition());
        ReplicaService.Outcome outcome = change();
        if (outcome == ReplicaService.Outcome.COLD && !hasFetched) {
            fetchFirst();
            return;
        }
        // Values that were fetched and are not there found no room: once there is, they are fetched again.
        boolean behind = outcome == ReplicaService.Outcome.BUSY || outcome == ReplicaService.Outcome.COLD;
        hasFetched = false;
        starting = behind;
        if (starting) {
            scheduleRetry(nowNanos);
        } else if (outcome == ReplicaService.Outcome.WRITTEN) {
            record = coordinator.replica.lastRecord();
            askedNanos = nowNanos;
            countOwn();
            replicate();
            progress();
        } else {
            finishWithoutWriting(outcome);
        }
    }

    /** Like {@link #attempt}; where that meets a bug, the answer says whether anything was written. */
    private void attemptAndAnswer(long nowNanos) {
        try {
            attempt(nowNanos);
        } catch (RuntimeException bug) {
            coordinator.wheel.cancel(this);
            if (!replied) {
                fail(quorum.acks() > 0 || ownForceAwaited || isAgain ? inDoubt() : Failure.INTERNAL);
            }
            throw bug;
        }
    }

    /** Attempts what had to wait, unless this copy may not take it by itself any more. */
    private void attemptAgain(long nowNanos) {
        if (coordinator.view().settledHere(key.partition())) {
            attemptAndAnswer(nowNanos);
        } else {
            failUnwritten(Failure.NOT_COORDINATOR);
        }
    }

    /** The change needs values that are on disk; nobody waits for them longer than for anything else. */
    private void fetchFirst() {
        starting = true;
        coordinator.wheel.schedule(this, deadlineNanos);
        coordinator.replica.fetch(key, (record, fetched) -> {
            if (!replied) {
                long nowNanos = coordinator.clock.nanoTime();
                if (fetched) {
                    hasFetched = true;
                    coordinator.wheel.cancel(this);
                    attemptAgain(nowNanos);
                } else if (nowNanos - deadlineNanos < 0) {
                    scheduleRetry(nowNanos);
                }
            }
        });
    }

    private void scheduleRetry(long nowNanos) {
        retryNanos = WriteService.nextRetryNanos(retryNanos);
        long again = nowNanos + retryNanos;
        coordinator.wheel.schedule(this, again - deadlineNanos < 0 ? again : deadlineNanos);
    }

    private ReplicaService.Outcome change() {
        byte[] others = seen;
        if (others != null) {
            ReplicaService.Outcome merged = coordinator.replica.mergeOwn(key, others);
            if (merged != ReplicaService.Outcome.WRITTEN && merged != ReplicaService.Outcome.UNCHANGED) {
                return merged;
            }
            seen = null;
        }
        return coordinator.replica.update(key, mutation);
    }

    private void countOwn() {
        boolean always = coordinator.replica.durability() == Durability.BEFORE_ACKNOWLEDGED;
        if (!always) {
            quorum.hold(ownPlace, false);
        }
        if (always || quorum.wantsDurable()) {
            ownForceAwaited = true;
            outstanding++;
            int force = forces;
            coordinator.replica.whenDurable((ticket, durable) -> ownForced(force, durable));
        }
    }

    private void ownForced(int force, boolean durable) {
        if (ownForceAwaited && force == forces) {
            ownForceAwaited = false;
            outstanding--;
            if (durable) {
                // Where it counted already, this adds that it is on disk.
                quorum.hold(ownPlace, true);
            }
            progress();
        }
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        int place = placeOf(peer);
        if (newcomer != null && newcomer.is(peer)) {
            onNewcomer(newcomer, peer, reply instanceof WriteAnswer answer && JoiningWrite.isKnownTo(answer.status()));
        } else if (place < 0) {
            onHintReply(peer, reply);
        } else if (calls.isWaiting(place)) {
            onOwnerReply(place, reply);
        }
    }

    private void onOwnerReply(int place, PeerMessage reply) {
        outstanding--;
        calls.ended(place);
        if (reply instanceof WriteAnswer answer) {
            if (answer.status().merged()) {
                quorum.hold(place, answer.status() == WriteAnswer.Status.DURABLE);
            } else if (answer.status() == WriteAnswer.Status.STALE && !calls.wasAskedAgain(place)) {
                resend(place);
            }
        }
        progress();
    }

    @Override
    public void onLost(int peer) {
        int place = placeOf(peer);
        if (newcomer != null && newcomer.is(peer)) {
            onNewcomer(newcomer, peer, false);
        } else if (place < 0) {
            onHintReply(peer, null);
        } else if (calls.isWaiting(place)) {
            calls.ended(place);
            outstanding--;
            progress();
        }
    }

    private void onNewcomer(Newcomer joining, int peer, boolean holds) {
        if (joining.isWaiting()) {
            joining.answered(holds);
            outstanding--;
            if (!holds) {
                coordinator.missedWrites.missed(peer, key);
            }
            progress();
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (starting) {
            if (nowNanos - deadlineNanos < 0) {
                attemptAgain(nowNanos);
            } else {
                failUnwritten(Failure.BUSY);
            }
            return;
        }
        if (standInsDue) {
            standInsDue = false;
            coordinator.wheel.schedule(this, deadlineNanos);
            if (!replied) {
                standInForMissing(true);
                progress();
            }
            return;
        }
        forgetCalls(peer -> {
            missed(peer, nowNanos);
            if (newcomer != null && newcomer.is(peer)) {
                coordinator.missedWrites.missed(peer, key);
            }
        });
        if (!replied) {
            fail(inDoubt());
        }
        tellHeld();
        end();
    }

    private void missed(int peer, long nowNanos) {
        coordinator.missed(peer, nowNanos - askedNanos, coordinator.policy.writeTimeoutNanos());
    }

    /** Waits for nobody any more; who has not answered is named. */
    private void forgetCalls(StandIns.MissedPeers silent) {
        forces++;
        ownForceAwaited = false;
        StandIns others = standIns;
        if (others != null) {
            others.forget(silent);
        }
        if (newcomer != null) {
            newcomer.forget(silent);
        }
        calls.forget(silent);
        outstanding = 0;
    }

    /** Whether a flush that was heard of since the write was made takes it, wherever that has arrived. */
    private boolean isFlushed() {
        long upTo = coordinator.replica.flushedUpTo(key.partition());
        return upTo != flushedUpTo && Flush.takesNewest(record, upTo);
    }

    /** A flush was stamped after this write, and may have been over before it began: it is made once more, newer than that. */
    private void writeAgain() {
        forgetCalls(peer -> {});
        standIns = null;
        standInsDue = false;
        quorum.reset();
        isAgain = true;
        coordinator.wheel.cancel(this);
        if (standsIn) {
            // Its hint is another's to make.
            fail(inDoubt());
        } else {
            attemptAgain(coordinator.clock.nanoTime());
        }
    }

    private void finishWithoutWriting(ReplicaService.Outcome outcome) {
        switch (outcome) {
            case UNCHANGED -> {
                replied = true;
                callback.onWritten(coordinator.replica.lastRecordOrNull());
            }
            case OUT_OF_MEMORY -> failUnwritten(Failure.OUT_OF_MEMORY);
            case DISK -> failUnwritten(Failure.DISK);
            case BUSY, COLD, WRITTEN -> throw new IllegalStateException(outcome + " is not the end");
        }
    }

    private void replicate() {
        for (int place = 0; place < owners.length; place++) {
            if (place != ownPlace) {
                boolean asked = calls.ask(place, request(), deadlineNanos, this);
                outstanding += asked ? 1 : 0;
                if (!asked || !isAskable(place)) {
                    standInFor(place);
                }
            }
        }
        for (int peer : view.incoming(key.partition())) {
            if (peer > 0) {
                tellIncoming(peer);
            }
        }
        if (outstanding > 0) {
            long halfNanos = startNanos + (deadlineNanos - startNanos) / 2;
            standInsDue = view.fallbacks(key.partition()).length > 0;
            coordinator.wheel.schedule(this, standInsDue ? halfNanos : deadlineNanos);
        }
    }

    /** Who takes the partition over has the less to fetch; before it has settled it counts at most besides the owners. */
    private void tellIncoming(int peer) {
        PeerMessage request = coordinator.replica.toWrite(key, record, false);
        if (newcomer != null && newcomer.is(peer)) {
            boolean asked = newcomer.ask(request, deadlineNanos, this);
            outstanding += asked ? 1 : 0;
            if (!asked) {
                coordinator.missedWrites.missed(peer, key);
            }
        } else if (peer == view.joining(key.partition()) && !standsIn) {
            new JoiningWrite(coordinator.missedWrites, key).send(coordinator.transport, peer, request, deadlineNanos);
        } else {
            long unused = coordinator.transport.call(peer, request, deadlineNanos, INCOMING);
        }
    }

    private boolean isAskable(int place) {
        return view.isAskable(key.partition(), owners[place]);
    }

    /** Has the next fallback that takes a message keep the record for the owner at a place; false if there is none. */
    private boolean standInFor(int place) {
        StandIns others = standIns;
        if (others == null) {
            others = new StandIns(view, coordinator.transport, key.partition());
            standIns = others;
        }
        for (int peer = others.next(); peer > 0; peer = others.next()) {
            PeerMessage request =
                    coordinator.replica.toHintedWrite(key, view.member(owners[place]), record, quorum.wantsDurable());
            long call = coordinator.transport.call(peer, request, deadlineNanos, this);
            if (call != PeerTransport.NOT_SENT) {
                others.asked(place, peer, call);
                outstanding++;
                return true;
            }
        }
        return false;
    }

    /**
     * Has fallbacks keep the record for owners that nobody holds it for.
     *
     * @param silentToo whether also for those that may answer yet
     * @return whether any could be asked
     */
    private boolean standInForMissing(boolean silentToo) {
        boolean any = false;
        for (int place = 0; place < owners.length; place++) {
            boolean missing = place != ownPlace && !quorum.isKept(place) && !isStoodInFor(place);
            if (missing && (silentToo || !calls.isWaiting(place))) {
                any |= standInFor(place);
            }
        }
        return any;
    }

    /** Whether a fallback was asked in the place of an owner, and has not answered. */
    private boolean isStoodInFor(int place) {
        StandIns others = standIns;
        return others != null && others.isWaiting(place);
    }

    private void onHintReply(int peer, @Nullable PeerMessage reply) {
        StandIns others = standIns;
        int place = others == null ? -1 : others.waitingFor(peer);
        if (others == null || place < 0) {
            return;
        }
        others.ended(place);
        outstanding--;
        if (reply instanceof WriteAnswer answer && answer.status().merged()) {
            coordinator.metrics.hinted();
            quorum.hint(place, answer.status() == WriteAnswer.Status.DURABLE);
        }
        progress();
    }

    private PeerMessage request() {
        return coordinator.replica.toWrite(key, record, quorum.wantsDurable());
    }

    /**
     * The record was too old when it came; as it is now, with this write in it, it goes once more. Unless a flush took
     * the write, and both know of that: then there is nothing that the other would have to hold.
     */
    private void resend(int place) {
        if (coordinator.replica.withoutFlushed(key.partition(), record) == null) {
            quorum.hold(place, false);
            return;
        }
        if (standsIn) {
            // The hint is sent as it is then.
            return;
        }
        byte[] current = coordinator.replica.read(key);
        if (current != null && !coordinator.replica.isStub(current)) {
            record = current;
            askedNanos = coordinator.clock.nanoTime();
            outstanding += calls.askAgain(place, request(), deadlineNanos, this) ? 1 : 0;
        }
    }

    private void progress() {
        if (!replied && isFlushed()) {
            writeAgain();
            return;
        }
        if (!replied && quorum.isMet()) {
            replied = true;
            coordinator.metrics.writeQuorumWaited(coordinator.clock.nanoTime() - startNanos);
            tellHeld();
            callback.onWritten(record);
        } else if (replied) {
            tellHeld();
        }
        while (!replied && isOutOfReach()) {
            if (quorum.isStrict() || !standInForMissing(false)) {
                fail(inDoubt());
            } else {
                askedNanos = coordinator.clock.nanoTime();
            }
        }
        if (outstanding == 0) {
            coordinator.wheel.cancel(this);
            end();
        }
    }

    private void tellHeld() {
        callback.onHeld(quorum.acks(), quorum.durableAcks(), quorum.isDurable(ownPlace), outstanding > 0);
    }

    /** Whether those who may answer yet are too few. */
    private boolean isOutOfReach() {
        int mayCome = ownForceAwaited ? 1 << ownPlace : 0;
        for (int place = 0; place < owners.length; place++) {
            if (calls.isWaiting(place) || (!quorum.isStrict() && isStoodInFor(place))) {
                mayCome |= 1 << place;
            }
        }
        return !quorum.isInReach(mayCome);
    }

    /** All have answered, or time is out: what an owner missed and nobody keeps for it is noted. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        for (int place = 0; place < owners.length; place++) {
            if (place != ownPlace && !quorum.isKept(place) && !standsIn) {
                coordinator.missedWrites.missed(owners[place], key);
            }
        }
    }

    private int reachable() {
        int reachable = 0;
        for (int place = 0; place < owners.length; place++) {
            int owner = owners[place];
            boolean here = place == ownPlace && !(standsIn && quorum.isStrict());
            if (here || (isAskable(place) && coordinator.transport.isReachable(owner))) {
                reachable++;
            }
        }
        if (reachable < owners.length && !quorum.isStrict()) {
            int usable = StandIns.usable(view, coordinator.transport, key.partition());
            reachable = Math.min(owners.length, reachable + usable);
        }
        return reachable;
    }

    private Failure inDoubt() {
        return quorum.inDoubt((coordinator.clock.nanoTime() - startNanos) / 1_000_000);
    }

    /** Nothing was written, at least not this time. */
    private void failUnwritten(Failure failure) {
        fail(isAgain ? inDoubt() : failure);
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
