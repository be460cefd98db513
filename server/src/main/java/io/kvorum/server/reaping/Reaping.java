package io.kvorum.server.reaping;

import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.peer.message.ReapAgreed;
import io.kvorum.server.peer.message.ReapHeldAnswer;
import io.kvorum.server.peer.message.Reaped;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Stamp;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of one node that take away what is dead for longer than the grace, and truncate vectors. Owned by the control
 * thread; one step is under way at a time.
 *
 * <pre>
 *   RESTING ── a partition's turn ──► COLLECTING   some of the own records at a time
 *      ▲                                │  ▲
 *      │              candidates found  ▼  │ each owner has the very same on disk: agreed upon; one that has none is given it
 *      ├──── waits for the time ───── AGREEING
 *      │
 *      │ ── nothing from before is young enough ──► ASKING   all members: do you keep a hint, and since when is there none?
 *      │                                                │ nobody does, for long enough
 *      │                                                ▼
 *      └── all are gone ── BETWEEN ◄─ REAPING ◄─ VERIFYING   some at a time: all have the very same still; then
 *                             └────────────────────► ▲       compare and drop, at the others, then here
 * </pre>
 *
 * <p>Once all owners have a record that says a key was deleted, on disk, whatever their copies become has that in it. So what could bring
 * the key back was read before: it travels in frames, which are refused once they are half a grace old, or lies in hints, from
 * which it can be read until the last of them goes. When half a grace has passed since the later of the two, it is safe to forget
 * that the key was deleted. An owner that has nothing agrees to nothing: it could take what was read before, and hand it on as new.
 * What happened to the record since, at any owner, is another record, which stays.
 *
 * <p>Where some take the record away and others do not, those that still have it do not send it to those that have none, but the
 * next round does. This node is the last to let it go, so that there is one.
 */
final class Reaping {
    private enum Phase {
        RESTING,
        COLLECTING,
        AGREEING,
        ASKING,
        BETWEEN,
        VERIFYING,
        REAPING
    }

    /** A bug may have swallowed an answer: the step ends, and is made anew. */
    private static final long SILENCE_NANOS_MAX = 60_000_000_000L;

    private final ReapingPolicy policy;
    private final ReapingCounters counters;
    private final NavigableMap<Integer, Round> waiting = new TreeMap<>();
    private Phase phase = Phase.RESTING;
    private long ticket;
    private int outstanding;
    private boolean failed;
    private long heardNanos;

    /** By partition: this node's place among its owners, or -1 where it leads no round. */
    private int[] places = new int[0];

    private long[] dueNanos = new long[0];
    private int turn;
    private int reapingTurn;
    private boolean collectsNext;

    private int partition;
    private long cursor;
    private long deadBeforeMillis;
    private Candidates found = new Candidates();
    private Candidates agreed = new Candidates();
    private int from;
    private int to;

    /** Of those asked about: what all say yes to so far. */
    private BitSet agreement = new BitSet();

    private long clock;
    private long acceptsFromMillis;
    private long heldUntilMillis;

    private @Nullable Round reaping;
    private Candidates left = new Candidates();
    private Candidates verified = new Candidates();

    /** What all owners have agreed upon in a partition, and wait for. */
    private static final class Round {
        private Candidates candidates;
        private final long deadBeforeMillis;

        /** What was read before this may be from before the agreement, or from a hint. */
        private long staleBeforeMillis;

        private long retryNanos;
        private int tries;

        Round(Candidates candidates, long deadBeforeMillis, long staleBeforeMillis, long nowNanos) {
            this.candidates = candidates;
            this.deadBeforeMillis = deadBeforeMillis;
            this.staleBeforeMillis = staleBeforeMillis;
            this.retryNanos = nowNanos;
        }
    }

    Reaping(ReapingPolicy policy, ReapingCounters counters) {
        this.policy = policy;
        this.counters = counters;
    }

    /**
     * What this node may lead.
     *
     * @param newPlaces by partition: this node's place among the owners where all of them have settled, else -1
     * @param changed the partitions that have other owners than before
     */
    void onView(int[] newPlaces, BitSet changed, long nowNanos) {
        if (dueNanos.length != newPlaces.length) {
            dueNanos = new long[newPlaces.length];
            Arrays.fill(dueNanos, nowNanos);
        }
        places = newPlaces;
        waiting.keySet().removeIf(each -> places[each] < 0 || changed.get(each));
        if (phase != Phase.RESTING && (places[partition] < 0 || changed.get(partition))) {
            rest();
        }
        count();
    }

    /**
     * Does a little of what there is to do. To be called some times a second, and after each answer.
     *
     * @return whether there may be more to do at once
     */
    boolean tick(long nowNanos, ReapingEffects effects) {
        switch (phase) {
            case RESTING -> {
                // By turns: neither keeps the other from its own.
                boolean begun = collectsNext
                        ? beginCollecting(nowNanos, effects) || beginReaping(nowNanos, effects)
                        : beginReaping(nowNanos, effects) || beginCollecting(nowNanos, effects);
                collectsNext = !collectsNext;
                if (!begun) {
                    return false;
                }
            }
            case COLLECTING -> collectOn(nowNanos, effects);
            case BETWEEN -> verify(nowNanos, effects);
            default -> {
                if (nowNanos - heardNanos > SILENCE_NANOS_MAX) {
                    stepFailed(nowNanos);
                }
                return false;
            }
        }
        return outstanding == 0;
    }

    void onAgreed(int peer, long answered, ReapAgreed answer, long nowNanos, ReapingEffects effects) {
        if (answered != ticket || outstanding == 0) {
            return;
        }
        agreement.and(answer.same());
        clock = Math.max(clock, answer.clock());
        BitSet none = answer.none();
        for (int i = none.nextSetBit(0);
                phase == Phase.AGREEING && peer != PeerTransport.SELF && i >= 0 && i < to - from;
                i = none.nextSetBit(i + 1)) {
            effects.plant(peer, partition, found.position(from + i), deadBeforeMillis);
        }
        heard(nowNanos, effects);
    }

    void onHeld(long answered, ReapHeldAnswer answer, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && phase == Phase.ASKING && outstanding > 0) {
            failed |= answer.held();
            acceptsFromMillis = Math.min(acceptsFromMillis, answer.acceptsFromMillis());
            heldUntilMillis = Math.max(heldUntilMillis, answer.heldUntilMillis());
            heard(nowNanos, effects);
        }
    }

    void onReaped(long answered, Reaped answer, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && phase == Phase.REAPING && outstanding > 0) {
            agreement.and(answer.done());
            heard(nowNanos, effects);
        }
    }

    /** A question was not sent, refused, or lost. */
    void onFailed(long answered, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && outstanding > 0) {
            failed = true;
            heard(nowNanos, effects);
        }
    }

    private int waitingRecords() {
        return waiting.values().stream()
                .mapToInt(round -> round.candidates.size())
                .sum();
    }

    private void count() {
        counters.waiting(waitingRecords());
    }

    private boolean beginCollecting(long nowNanos, ReapingEffects effects) {
        if (waitingRecords() >= policy.candidatesMax()) {
            return false;
        }
        for (int step = 0; step < places.length; step++) {
            turn = turn + 1 < places.length ? turn + 1 : 0;
            if (places[turn] >= 0 && nowNanos - dueNanos[turn] >= 0 && !waiting.containsKey(turn)) {
                partition = turn;
                cursor = 0;
                // What the first owner has not got, the second sees to, a grace later.
                deadBeforeMillis = effects.clockMillis() - policy.graceMillis() * (1 + places[turn]);
                found = new Candidates();
                to = 0;
                agreed = new Candidates();
                clock = 0;
                phase = Phase.COLLECTING;
                collectOn(nowNanos, effects);
                return true;
            }
        }
        return false;
    }

    /** Asks about the next of what was found; where all is asked about, looks for more. */
    private void collectOn(long nowNanos, ReapingEffects effects) {
        if (to == found.size() && cursor != StorageEngine.SCAN_DONE) {
            found = new Candidates();
            to = 0;
            cursor = effects.collect(partition, cursor, deadBeforeMillis, found);
        }
        if (to < found.size()) {
            from = to;
            to = Math.min(found.size(), from + policy.positionsMax());
            agree(Phase.AGREEING, found, nowNanos, effects);
        } else if (cursor == StorageEngine.SCAN_DONE) {
            collected(nowNanos, effects);
        }
    }

    private void agree(Phase next, Candidates candidates, long nowNanos, ReapingEffects effects) {
        all();
        int[] others = effects.otherOwners(partition);
        step(next, others.length + 1, nowNanos);
        long asked = ticket;
        ReapAgree question = new ReapAgree(partition, candidates.positions(from, to), candidates.hashes(from, to));
        // This node, too: what it found may not be on its disk.
        effects.agree(PeerTransport.SELF, asked, question);
        for (int peer : others) {
            effects.agree(peer, asked, question);
        }
    }

    private void all() {
        agreement = new BitSet();
        agreement.set(0, to - from);
    }

    private void collected(long nowNanos, ReapingEffects effects) {
        dueNanos[partition] = nowNanos + policy.intervalNanos();
        long nowMillis = effects.clockMillis();
        long agreedMillis = Math.max(Stamp.millis(clock), nowMillis);
        // A clock that is far ahead is somebody's mistake: agreed upon once it is mended.
        if (agreed.size() > 0 && agreedMillis - nowMillis < policy.graceMillis()) {
            agreed.trim();
            waiting.put(partition, new Round(agreed, deadBeforeMillis, agreedMillis + policy.lagMillis(), nowNanos));
        }
        rest();
    }

    private boolean beginReaping(long nowNanos, ReapingEffects effects) {
        long nowMillis = effects.clockMillis();
        for (int step = 0; step < waiting.size(); step++) {
            Map.Entry<Integer, Round> next = waiting.higherEntry(reapingTurn);
            if (next == null) {
                next = waiting.firstEntry();
            }
            reapingTurn = next.getKey();
            Round round = next.getValue();
            long overdueMillis = nowMillis - policy.graceMillis() / 2 - round.staleBeforeMillis;
            if (overdueMillis > policy.graceMillis()) {
                // Blocked for as long as this; others may have room for theirs meanwhile.
                waiting.remove(reapingTurn);
                count();
                return true;
            }
            if (overdueMillis >= 0 && nowNanos - round.retryNanos >= 0) {
                partition = reapingTurn;
                reaping = round;
                int[] others = effects.otherMembers();
                step(Phase.ASKING, others.length + 1, nowNanos);
                acceptsFromMillis = Long.MAX_VALUE;
                heldUntilMillis = 0;
                long asked = ticket;
                effects.held(PeerTransport.SELF, asked, partition);
                for (int peer : others) {
                    effects.held(peer, asked, partition);
                }
                return true;
            }
        }
        return false;
    }

    /** All members have said what they keep. */
    private void allAsked(long nowNanos) {
        Round round = reaping();
        if (heldUntilMillis > 0) {
            round.staleBeforeMillis = Math.max(round.staleBeforeMillis, heldUntilMillis + policy.lagMillis());
        }
        if (acceptsFromMillis < round.staleBeforeMillis) {
            // Somebody would still take what was read from a hint, or before the agreement.
            stepFailed(nowNanos);
        } else {
            to = 0;
            left = new Candidates();
            phase = Phase.BETWEEN;
        }
    }

    /** Looks at the next some once more, or ends the round. */
    private void verify(long nowNanos, ReapingEffects effects) {
        Candidates candidates = reaping().candidates;
        if (to == candidates.size()) {
            reaped(nowNanos);
            return;
        }
        from = to;
        to = Math.min(candidates.size(), from + policy.positionsMax());
        agree(Phase.VERIFYING, candidates, nowNanos, effects);
    }

    private void reapVerified(long nowNanos, ReapingEffects effects) {
        Candidates candidates = reaping().candidates;
        verified = new Candidates();
        verified.addAll(candidates, from, to, agreement);
        keep(candidates, agreement, to - from, from);
        agreement = new BitSet();
        agreement.set(0, verified.size());
        int[] others = effects.otherOwners(partition);
        step(Phase.REAPING, verified.size() == 0 ? 0 : others.length, nowNanos);
        long asked = ticket;
        Reap request = request(agreement);
        for (int i = 0; i < others.length && verified.size() > 0; i++) {
            effects.reap(others[i], asked, request);
        }
        if (others.length == 0 || verified.size() == 0) {
            stepDone(nowNanos, effects);
        }
    }

    private void reapedByOthers(ReapingEffects effects) {
        BitSet mine = agreement;
        if (!mine.isEmpty()) {
            Candidates going = new Candidates();
            going.addAll(verified, 0, verified.size(), mine);
            BitSet done = effects.reapHere(request(mine));
            keep(going, done, going.size(), 0);
            counters.reaped(done.cardinality());
        }
        keep(verified, mine, verified.size(), 0);
        phase = Phase.BETWEEN;
    }

    /** Those that are not done are tried again. */
    private void keep(Candidates of, BitSet done, int count, int offset) {
        BitSet open = new BitSet();
        open.set(0, count);
        open.andNot(done);
        left.addAll(of, offset, offset + count, open);
    }

    private Reap request(BitSet places) {
        Round round = reaping();
        Candidates going = new Candidates();
        going.addAll(verified, 0, verified.size(), places);
        return new Reap(
                partition,
                round.staleBeforeMillis,
                round.deadBeforeMillis,
                going.positions(0, going.size()),
                going.hashes(0, going.size()));
    }

    /** All were told; those that somebody did not let go are tried again. */
    private void reaped(long nowNanos) {
        Round round = reaping();
        round.candidates = left;
        round.tries++;
        round.retryNanos = nowNanos + policy.retryNanos();
        if (left.size() == 0 || round.tries >= policy.triesMax()) {
            waiting.remove(partition);
        }
        rest();
    }

    private void step(Phase next, int questions, long nowNanos) {
        phase = next;
        ticket++;
        outstanding = questions;
        failed = false;
        heardNanos = nowNanos;
    }

    private void heard(long nowNanos, ReapingEffects effects) {
        heardNanos = nowNanos;
        outstanding--;
        if (outstanding == 0) {
            stepDone(nowNanos, effects);
        }
    }

    private void stepDone(long nowNanos, ReapingEffects effects) {
        switch (phase) {
            case AGREEING -> {
                if (failed) {
                    stepFailed(nowNanos);
                    return;
                }
                agreed.addAll(found, from, to, agreement);
                phase = Phase.COLLECTING;
                if (waitingRecords() + agreed.size() >= policy.candidatesMax()) {
                    // The rest has to wait until there is room.
                    collected(nowNanos, effects);
                }
            }
            case ASKING -> {
                if (failed) {
                    stepFailed(nowNanos);
                } else {
                    allAsked(nowNanos);
                }
            }
            case VERIFYING -> {
                if (failed) {
                    agreement.clear();
                }
                reapVerified(nowNanos, effects);
            }
            case REAPING -> {
                if (failed) {
                    agreement.clear();
                }
                reapedByOthers(effects);
            }
            default -> throw new IllegalStateException("no question is open while " + phase);
        }
    }

    private void stepFailed(long nowNanos) {
        if (phase == Phase.AGREEING) {
            dueNanos[partition] = nowNanos + policy.retryNanos();
        } else {
            reaping().retryNanos = nowNanos + policy.retryNanos();
        }
        rest();
    }

    private void rest() {
        phase = Phase.RESTING;
        ticket++;
        outstanding = 0;
        reaping = null;
        found = new Candidates();
        agreed = new Candidates();
        left = new Candidates();
        verified = new Candidates();
        count();
    }

    private Round reaping() {
        Round round = reaping;
        if (round == null) {
            throw new IllegalStateException("nothing is being reaped");
        }
        return round;
    }
}
