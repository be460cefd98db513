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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of one node that take away what is dead for longer than the grace, and truncate vectors. Owned by the control
 * thread; one step is under way at a time.
 *
 * <pre>
 *   RESTING ── a partition's turn ──► COLLECTING   some of the own records a tick
 *      ▲                                │  ▲
 *      │              candidates found  ▼  │ each owner has the very same, or nothing: they are agreed upon
 *      ├──── waits for the time ───── AGREEING
 *      │
 *      │ ── nothing from before can come any more ──► ASKING   all members: do you keep a hint for the partition?
 *      │                                                │ none does
 *      └── all are gone ── BETWEEN ◄──────────────► REAPING   some a tick, at the others, then here: compare and drop
 * </pre>
 *
 * <p>Whatever is known of a key anywhere when all owners agree is in the record that they agree upon, or was read before. What
 * was read before travels in frames, which are refused once they are half a grace old, or lies in hints, of which there are
 * none then. So only after that time is it safe to forget that the key was deleted. What happened to the record since, at any
 * owner, is another record, which stays there and comes back from there.
 *
 * <p>Where some take the record away and others do not, those that still have it do not send it to those that have none, and
 * the next round finds it again: nothing counts as agreement. This node is the last to let it go, so that it does.
 */
final class Reaping {
    private enum Phase {
        RESTING,
        COLLECTING,
        AGREEING,
        ASKING,
        BETWEEN,
        REAPING
    }

    /** A bug may have swallowed an answer: the step ends, and is made anew. */
    private static final long SILENCE_NANOS_MAX = 60_000_000_000L;

    private final ReapingPolicy policy;
    private final ReapingCounters counters;
    private final Map<Integer, Round> waiting = new TreeMap<>();
    private Phase phase = Phase.RESTING;
    private long ticket;
    private int outstanding;
    private boolean failed;
    private long heardNanos;

    /** By partition: this node's place among its owners, or -1 where it leads no round. */
    private int[] places = new int[0];

    private long[] dueNanos = new long[0];
    private int turn;

    private int partition;
    private long cursor;
    private long deadBeforeMillis;
    private Candidates found = new Candidates();
    private Candidates agreed = new Candidates();
    private int foundFrom;
    private int foundTo;
    private BitSet agreement = new BitSet();
    private long clock;

    private @Nullable Round reaping;
    private int reapingFrom;
    private int reapingTo;
    private Candidates left = new Candidates();

    /** What all owners have agreed upon in a partition, and wait for. */
    private static final class Round {
        private Candidates candidates;
        private final long deadBeforeMillis;
        private final long notBeforeMillis;
        private long retryNanos;
        private int tries;

        Round(Candidates candidates, long deadBeforeMillis, long notBeforeMillis, long nowNanos) {
            this.candidates = candidates;
            this.deadBeforeMillis = deadBeforeMillis;
            this.notBeforeMillis = notBeforeMillis;
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
            waiting.remove(partition);
            rest();
        }
        count();
    }

    /** Time passed. To be called some times a second. */
    void tick(long nowNanos, ReapingEffects effects) {
        if (phase == Phase.COLLECTING) {
            collectOn(nowNanos, effects);
        } else if (phase == Phase.BETWEEN) {
            reapOn(nowNanos, effects);
        } else if (phase != Phase.RESTING) {
            if (nowNanos - heardNanos > SILENCE_NANOS_MAX) {
                failed = true;
                stepFailed(nowNanos);
            }
        } else if (!beginReaping(nowNanos, effects)) {
            beginCollecting(nowNanos, effects);
        }
    }

    void onAgreed(long answered, ReapAgreed answer, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && phase == Phase.AGREEING) {
            agreement.and(answer.agreed());
            clock = Math.max(clock, answer.clock());
            heard(nowNanos, effects);
        }
    }

    void onHeld(long answered, ReapHeldAnswer answer, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && phase == Phase.ASKING) {
            // One whose clock is behind would still take what was read before the agreement, and keep it.
            failed |= answer.held() || millis(answer.clock()) < reaping().notBeforeMillis;
            heard(nowNanos, effects);
        }
    }

    void onReaped(long answered, Reaped answer, long nowNanos, ReapingEffects effects) {
        if (answered == ticket && phase == Phase.REAPING) {
            failed |= !answer.done();
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

    /** How many records are agreed upon, and wait for the time when nothing older can come. */
    private int waitingRecords() {
        return waiting.values().stream()
                .mapToInt(round -> round.candidates.size())
                .sum();
    }

    private void count() {
        counters.waiting(waitingRecords());
    }

    private void beginCollecting(long nowNanos, ReapingEffects effects) {
        if (waitingRecords() >= policy.candidatesMax()) {
            return;
        }
        for (int step = 0; step < places.length; step++) {
            turn = turn + 1 < places.length ? turn + 1 : 0;
            if (places[turn] >= 0 && nowNanos - dueNanos[turn] >= 0 && !waiting.containsKey(turn)) {
                partition = turn;
                cursor = 0;
                // What the first owner has not got, the second sees to, a grace later.
                deadBeforeMillis = effects.clockMillis() - policy.graceMillis() * (1 + places[turn]);
                found = new Candidates();
                foundTo = 0;
                agreed = new Candidates();
                clock = 0;
                phase = Phase.COLLECTING;
                collectOn(nowNanos, effects);
                return;
            }
        }
    }

    /** Asks about the next of what was found; where all is asked about, looks for more. */
    private void collectOn(long nowNanos, ReapingEffects effects) {
        if (foundTo == found.size() && cursor != StorageEngine.SCAN_DONE) {
            found = new Candidates();
            foundTo = 0;
            cursor = effects.collect(partition, cursor, deadBeforeMillis, found);
        }
        if (foundTo < found.size()) {
            foundFrom = foundTo;
            foundTo = Math.min(found.size(), foundFrom + policy.positionsMax());
            agreement = new BitSet();
            agreement.set(0, foundTo - foundFrom);
            int[] others = effects.otherOwners(partition);
            step(Phase.AGREEING, others.length, nowNanos);
            long asked = ticket;
            ReapAgree question =
                    new ReapAgree(partition, found.positions(foundFrom, foundTo), found.hashes(foundFrom, foundTo));
            for (int peer : others) {
                effects.agree(peer, asked, question);
            }
            if (others.length == 0) {
                allAgreed(nowNanos, effects);
            }
        } else if (cursor == StorageEngine.SCAN_DONE) {
            collected(nowNanos, effects);
        }
    }

    private void allAgreed(long nowNanos, ReapingEffects effects) {
        agreed.addAll(found, foundFrom, foundTo, agreement);
        phase = Phase.COLLECTING;
        if (waitingRecords() + agreed.size() >= policy.candidatesMax()) {
            // The rest has to wait until there is room.
            collected(nowNanos, effects);
        } else if (foundTo < found.size()) {
            collectOn(nowNanos, effects);
        }
    }

    private void collected(long nowNanos, ReapingEffects effects) {
        dueNanos[partition] = nowNanos + policy.intervalNanos();
        if (agreed.size() > 0) {
            agreed.trim();
            long newest = Math.max(millis(clock), effects.clockMillis());
            waiting.put(partition, new Round(agreed, deadBeforeMillis, newest + policy.settlingMillis(), nowNanos));
        }
        rest();
    }

    private boolean beginReaping(long nowNanos, ReapingEffects effects) {
        long nowMillis = effects.clockMillis();
        for (Map.Entry<Integer, Round> each : waiting.entrySet()) {
            Round round = each.getValue();
            if (nowMillis >= round.notBeforeMillis && nowNanos - round.retryNanos >= 0) {
                partition = each.getKey();
                reaping = round;
                int[] others = effects.otherMembers();
                step(Phase.ASKING, others.length + 1, nowNanos);
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

    private void reapOn(long nowNanos, ReapingEffects effects) {
        Candidates candidates = reaping().candidates;
        if (reapingTo == candidates.size()) {
            reaped(nowNanos);
            return;
        }
        reapingFrom = reapingTo;
        reapingTo = Math.min(candidates.size(), reapingFrom + policy.positionsMax());
        int[] others = effects.otherOwners(partition);
        step(Phase.REAPING, others.length, nowNanos);
        long asked = ticket;
        Reap request = request();
        for (int peer : others) {
            effects.reap(peer, asked, request);
        }
        if (others.length == 0) {
            reapedByOthers(effects);
        }
    }

    private Reap request() {
        Round round = reaping();
        return new Reap(
                partition,
                round.notBeforeMillis,
                round.deadBeforeMillis,
                round.candidates.positions(reapingFrom, reapingTo),
                round.candidates.hashes(reapingFrom, reapingTo));
    }

    private void reapedByOthers(ReapingEffects effects) {
        if (!failed && effects.reapHere(request())) {
            counters.reaped(reapingTo - reapingFrom);
        } else {
            BitSet all = new BitSet();
            all.set(0, reapingTo - reapingFrom);
            left.addAll(reaping().candidates, reapingFrom, reapingTo, all);
        }
        phase = Phase.BETWEEN;
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
        if (outstanding > 0) {
            return;
        }
        if (phase == Phase.REAPING) {
            reapedByOthers(effects);
        } else if (failed) {
            stepFailed(nowNanos);
        } else if (phase == Phase.AGREEING) {
            allAgreed(nowNanos, effects);
        } else if (phase == Phase.ASKING) {
            reapingTo = 0;
            left = new Candidates();
            reapOn(nowNanos, effects);
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
        count();
    }

    private Round reaping() {
        Round round = reaping;
        if (round == null) {
            throw new IllegalStateException("nothing is being reaped");
        }
        return round;
    }

    private static long millis(long stamp) {
        return Stamp.millis(stamp);
    }
}
