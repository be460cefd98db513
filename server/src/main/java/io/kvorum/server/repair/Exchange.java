package io.kvorum.server.repair;

import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.repair.AntiEntropyEffects.Merged;
import io.kvorum.server.repair.AntiEntropyEffects.Repair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One node's comparison of its copies with those of one peer, again and again (Dynamo §4.7). A pass goes closer only where
 * something differs:
 *
 * <pre>
 *   RESTING ── digest of all roots ──► equal: RESTING
 *      ▲            │ differ
 *      │        LOOKING   leaf sums, then what is below leaves that differ, partition after partition
 *      │            │ a second later
 *      │        CONFIRMING   the same leaves again: what changed meanwhile, here or there, was on its way
 *      │            │
 *      │        FETCHING   the peer's records, merged here
 *      │            │
 *      └──────── SENDING   this node's records, where the peer had less
 * </pre>
 *
 * One question is under way at a time, which is what keeps a pass from being in anybody's way. Answers to an earlier
 * question than the last are ignored. Records that cannot be had, merged or sent are passed over; where nothing can be, or an
 * answer is none to what was asked, the pass ends. The next begins after a pause, which grows while passes repair nothing.
 */
final class Exchange {
    private enum Phase {
        RESTING,
        COMPARING,
        LOOKING,
        WAITING,
        CONFIRMING,
        FETCHING,
        FETCHING_AGAIN,
        SENDING
    }

    /** So often what a peer has is fetched once more that could not be merged: values may have to come from the disk. */
    private static final int TRIES_MAX = 3;

    private static final long TRY_AGAIN_NANOS = 100_000_000L;
    private static final int FAILURES_MAX = 3;
    private static final int UNWANTED_MAX = 8 * 1024;

    /** A bug may have swallowed an answer: the pass ends, and the next one begins. */
    private static final long SILENCE_NANOS_MAX = 60_000_000_000L;

    private final int peer;
    private final AntiEntropyPolicy policy;
    private Phase phase = Phase.RESTING;
    private long ticket;
    private boolean up;
    private BitSet shared = new BitSet();
    private long dueNanos;
    private long pauseNanos;

    /** Partitions of this pass that are still to be looked at; then the leaves of the first of them. */
    private final ArrayDeque<Integer> partitions = new ArrayDeque<>();

    private final ArrayDeque<Integer> leaves = new ArrayDeque<>();
    private int nextLeaf;
    private int[] askedLeaves = new int[0];
    private int resumeAt;

    /**
     * What the peer alone has and was not wanted when it was fetched, since it is past its grace: as long as it is the same, it
     * never will be. Bounded; the oldest go.
     */
    private final LinkedHashSet<Suspect> unwanted = new LinkedHashSet<>();

    private List<Suspect> suspects = new ArrayList<>();
    private List<Suspect> confirmed = new ArrayList<>();
    private int next;
    private int end;
    private final ArrayDeque<Suspect> toSend = new ArrayDeque<>();
    private int sending;
    private boolean repairs;
    private int tries;

    /** Of fetches, or of sends, one upon the other. */
    private int failures;

    private long heardNanos;

    /** Whether the last pass repaired something, and what both sides' sums of what differed were when it began. */
    private boolean repaired;

    private long ownBefore;
    private long otherBefore;

    Exchange(int peer, AntiEntropyPolicy policy) {
        this.peer = peer;
        this.policy = policy;
        this.pauseNanos = policy.intervalNanos();
    }

    /** These partitions both nodes own and have settled. */
    void onShared(BitSet partitionsShared) {
        BitSet lost = (BitSet) shared.clone();
        lost.andNot(partitionsShared);
        shared = partitionsShared;
        if (!lost.isEmpty()) {
            endPass();
        }
    }

    void onPeerUp(long nowNanos) {
        up = true;
        repaired = false;
        pauseNanos = policy.intervalNanos();
        endPass();
        dueNanos = nowNanos;
    }

    void onPeerDown() {
        up = false;
        endPass();
    }

    /** Whether copies were found to differ and are being looked at. */
    boolean isAtWork() {
        return phase != Phase.RESTING && phase != Phase.COMPARING;
    }

    /** How many keys were found to differ in this pass and are not brought up to date yet. */
    int pending() {
        int unconfirmed = phase == Phase.CONFIRMING ? suspects.size() - next : suspects.size();
        int unfetched = phase == Phase.FETCHING ? confirmed.size() - next : 0;
        return unconfirmed + unfetched + (phase == Phase.CONFIRMING ? confirmed.size() : 0) + toSend.size() + sending;
    }

    void tick(long nowNanos, AntiEntropyEffects effects) {
        if (!up || nowNanos - dueNanos < 0) {
            return;
        }
        if (phase == Phase.RESTING && !shared.isEmpty()) {
            phase = Phase.COMPARING;
            heardNanos = nowNanos;
            effects.compare(peer, ++ticket, digest(effects));
        } else if (phase == Phase.FETCHING_AGAIN) {
            phase = Phase.FETCHING;
            fetchOn(nowNanos, effects);
        } else if (phase == Phase.WAITING) {
            phase = Phase.CONFIRMING;
            next = 0;
            confirmOn(nowNanos, effects);
        }
    }

    /** Ends a pass of which nothing was heard for long. */
    void watch(long nowNanos) {
        boolean waits = phase != Phase.RESTING && phase != Phase.WAITING;
        if (waits && nowNanos - heardNanos > SILENCE_NANOS_MAX) {
            stop(nowNanos);
        }
    }

    void onFailed(long answered, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase == Phase.RESTING) {
            return;
        }
        heardNanos = nowNanos;
        if (phase == Phase.FETCHING && ++failures < FAILURES_MAX) {
            // One record that the peer cannot read must not keep all others from coming.
            next = end;
            fetchOn(nowNanos, effects);
        } else {
            stop(nowNanos);
        }
    }

    void onCompared(long answered, CompareAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.COMPARING) {
            return;
        }
        heardNanos = nowNanos;
        List<Integer> differing = new ArrayList<>();
        long own = 0;
        long other = 0;
        for (int i = 0; i < answer.partitions().length; i++) {
            int partition = answer.partitions()[i];
            if (shared.get(partition) && effects.root(partition) != answer.roots()[i]) {
                differing.add(partition);
                own = Sums.digest(own, partition, effects.root(partition));
                other = Sums.digest(other, partition, answer.roots()[i]);
            }
        }
        if (differing.isEmpty()) {
            pauseNanos = policy.intervalNanos();
            rest(nowNanos, pauseNanos);
            return;
        }
        if (repaired) {
            repaired = false;
            if (own == ownBefore && other == otherBefore) {
                // Nothing came of it: the peer has no room for records, or has not heard of a flush.
                rest(nowNanos, longer());
                return;
            }
            pauseNanos = policy.intervalNanos();
        }
        ownBefore = own;
        otherBefore = other;
        int first = (int)
                differing.stream().filter(partition -> partition < resumeAt).count();
        partitions.addAll(differing.subList(first, differing.size()));
        partitions.addAll(differing.subList(0, first));
        nextLeaf = 0;
        phase = Phase.LOOKING;
        lookOn(nowNanos, effects);
    }

    void onLeaves(long answered, LeavesAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.LOOKING) {
            return;
        }
        heardNanos = nowNanos;
        int partition = partitions.element();
        long[] sums = answer.sums();
        if (sums.length == 0 || sums.length > effects.leafCount() - nextLeaf) {
            stop(nowNanos);
            return;
        }
        for (int i = 0; i < sums.length; i++) {
            if (effects.leaf(partition, nextLeaf + i) != sums[i]) {
                leaves.add(nextLeaf + i);
            }
        }
        nextLeaf += sums.length;
        lookOn(nowNanos, effects);
    }

    void onEntries(long answered, EntriesAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket) {
            return;
        }
        heardNanos = nowNanos;
        int looked = answer.counts().length;
        if (looked == 0 || looked > askedLeaves.length) {
            stop(nowNanos);
        } else if (phase == Phase.LOOKING) {
            for (Suspect suspect : LeafDifference.of(partitions.element(), askedLeaves, answer, effects)) {
                if (!unwanted.contains(suspect)) {
                    suspects.add(suspect);
                }
            }
            for (int i = 0; i < looked; i++) {
                leaves.remove();
            }
            lookOn(nowNanos, effects);
        } else if (phase == Phase.CONFIRMING) {
            int partition = suspects.get(next).partition();
            Set<Suspect> still = new HashSet<>(LeafDifference.of(partition, askedLeaves, answer, effects));
            int lastLeaf = askedLeaves[looked - 1];
            while (next < end && suspects.get(next).leaf() <= lastLeaf) {
                Suspect suspect = suspects.get(next++);
                if (still.contains(suspect)) {
                    confirmed.add(suspect);
                }
            }
            confirmOn(nowNanos, effects);
        }
    }

    void onFetched(long answered, FetchAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.FETCHING) {
            return;
        }
        heardNanos = nowNanos;
        int partition = confirmed.get(next).partition();
        boolean taken = true;
        Set<Long> pastGrace = new HashSet<>();
        for (byte[] record : answer.records()) {
            Merged merged = effects.merge(partition, record);
            taken &= merged != Merged.NO_ROOM;
            if (merged == Merged.PAST_GRACE) {
                pastGrace.add(effects.positionOf(record));
            }
        }
        if (answer.done() == 0) {
            stop(nowNanos);
            return;
        }
        if (!taken && ++tries < TRIES_MAX) {
            phase = Phase.FETCHING_AGAIN;
            dueNanos = nowNanos + TRY_AGAIN_NANOS;
            return;
        }
        failures = 0;
        int upTo = next + Math.min(answer.done(), end - next);
        while (next < upTo) {
            Suspect suspect = confirmed.get(next++);
            if (taken) {
                settle(suspect, !pastGrace.contains(suspect.position()), effects);
            }
            // Else there is no room here for what the peer has: what it lacks it is sent all the same.
        }
        tries = 0;
        fetchOn(nowNanos, effects);
    }

    void onSent(long answered, boolean taken, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.SENDING) {
            return;
        }
        heardNanos = nowNanos;
        sending--;
        failures = taken ? 0 : failures + 1;
        if (taken) {
            effects.repaired(Repair.SENT);
            repairs = true;
        }
        if (failures < policy.sendsMax()) {
            sendOn(nowNanos, effects);
        } else {
            // Not one record that it does not take: it takes none.
            stop(nowNanos);
        }
    }

    private void lookOn(long nowNanos, AntiEntropyEffects effects) {
        while (!partitions.isEmpty() && suspects.size() < policy.suspectsMax()) {
            int partition = partitions.element();
            if (!leaves.isEmpty()) {
                askedLeaves = leaves.stream()
                        .limit(leavesAtOnce(partition, effects))
                        .mapToInt(Integer::intValue)
                        .toArray();
                effects.askEntries(peer, ++ticket, partition, askedLeaves);
                return;
            }
            if (shared.get(partition) && nextLeaf < effects.leafCount()) {
                effects.askLeaves(peer, ++ticket, partition, nextLeaf);
                return;
            }
            partitions.remove();
            resumeAt = partition + 1;
            nextLeaf = 0;
        }
        if (!partitions.isEmpty()) {
            // The rest of it waits for its next turn: what cannot be repaired there must not keep others from theirs.
            resumeAt = partitions.element() + 1;
        }
        if (suspects.isEmpty()) {
            rest(nowNanos, longer());
            return;
        }
        partitions.clear();
        leaves.clear();
        phase = Phase.WAITING;
        dueNanos = nowNanos + policy.secondLookNanos();
    }

    private void confirmOn(long nowNanos, AntiEntropyEffects effects) {
        if (next < suspects.size()) {
            int partition = suspects.get(next).partition();
            int[] chunk = new int[leavesAtOnce(partition, effects)];
            int count = 0;
            for (end = next; end < suspects.size() && suspects.get(end).partition() == partition; end++) {
                int leaf = suspects.get(end).leaf();
                if (count == 0 || chunk[count - 1] != leaf) {
                    if (count == chunk.length) {
                        break;
                    }
                    chunk[count++] = leaf;
                }
            }
            askedLeaves = Arrays.copyOf(chunk, count);
            effects.askEntries(peer, ++ticket, partition, askedLeaves);
            return;
        }
        suspects = new ArrayList<>();
        phase = Phase.FETCHING;
        next = 0;
        fetchOn(nowNanos, effects);
    }

    private void fetchOn(long nowNanos, AntiEntropyEffects effects) {
        while (next < confirmed.size()) {
            Suspect suspect = confirmed.get(next);
            if (suspect.other() != 0) {
                int partition = suspect.partition();
                end = next;
                while (end < confirmed.size()
                        && end - next < policy.positionsMax()
                        && confirmed.get(end).partition() == partition
                        && confirmed.get(end).other() != 0) {
                    end++;
                }
                long[] positions = confirmed.subList(next, end).stream()
                        .mapToLong(Suspect::position)
                        .toArray();
                effects.fetch(peer, ++ticket, partition, positions);
                return;
            }
            settle(suspect, true, effects);
            next++;
        }
        phase = Phase.SENDING;
        failures = 0;
        ticket++;
        sendOn(nowNanos, effects);
    }

    /** Few enough that looking through them takes no other task's time. */
    private int leavesAtOnce(int partition, AntiEntropyEffects effects) {
        return (int)
                Math.max(1, Math.min(policy.leavesMax(), LeafDifference.leavesAtOnce(effects.recordCount(partition))));
    }

    /** What the peer had at a position is here now, too, if it is wanted: is there more here than it had? */
    private void settle(Suspect suspect, boolean wanted, AntiEntropyEffects effects) {
        long hash = effects.hashAt(suspect.partition(), suspect.position());
        if (hash != suspect.own()) {
            effects.repaired(Repair.PULLED);
            repairs = true;
        }
        if (hash != suspect.other() && hash != 0) {
            toSend.add(suspect);
        } else if (hash == suspect.own() && wanted) {
            effects.repaired(Repair.NOTHING);
        } else if (hash == 0 && suspect.own() == 0) {
            unwanted.add(suspect);
            if (unwanted.size() > UNWANTED_MAX) {
                Iterator<Suspect> oldest = unwanted.iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    private void sendOn(long nowNanos, AntiEntropyEffects effects) {
        while (sending < policy.sendsMax() && !toSend.isEmpty()) {
            Suspect suspect = toSend.remove();
            sending++;
            effects.send(peer, ticket, suspect.partition(), suspect.position());
        }
        if (sending == 0) {
            repaired = repairs;
            rest(nowNanos, repairs ? 0 : longer());
        }
    }

    /** Ends a pass before its end. */
    private void stop(long nowNanos) {
        repaired = repairs;
        rest(nowNanos, repairs ? policy.intervalNanos() : longer());
    }

    private long longer() {
        pauseNanos = Math.min(policy.intervalMaxNanos(), 2 * pauseNanos);
        return pauseNanos;
    }

    private void rest(long nowNanos, long pause) {
        endPass();
        dueNanos = nowNanos + pause;
    }

    private void endPass() {
        phase = Phase.RESTING;
        ticket++;
        partitions.clear();
        leaves.clear();
        suspects = new ArrayList<>();
        confirmed = new ArrayList<>();
        toSend.clear();
        sending = 0;
        repairs = false;
        tries = 0;
        failures = 0;
    }

    private long digest(AntiEntropyEffects effects) {
        long digest = 0;
        for (int partition = shared.nextSetBit(0); partition >= 0; partition = shared.nextSetBit(partition + 1)) {
            digest = Sums.digest(digest, partition, effects.root(partition));
        }
        return digest;
    }
}
