package io.kvorum.server.repair;

import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.repair.AntiEntropyEffects.Repair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
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
 * question than the last are ignored. What fails, or is no answer to what was asked, ends the pass; the next begins after
 * a pause, which grows while passes repair nothing.
 */
final class Exchange {
    private enum Phase {
        RESTING,
        COMPARING,
        LOOKING,
        WAITING,
        CONFIRMING,
        FETCHING,
        SENDING
    }

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

    private List<Suspect> suspects = new ArrayList<>();
    private List<Suspect> confirmed = new ArrayList<>();
    private int next;
    private int end;
    private final ArrayDeque<Suspect> toSend = new ArrayDeque<>();
    private int sending;
    private boolean repairs;

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
            effects.compare(peer, ++ticket, digest(effects));
        } else if (phase == Phase.WAITING) {
            phase = Phase.CONFIRMING;
            next = 0;
            confirmOn(nowNanos, effects);
        }
    }

    void onFailed(long answered, long nowNanos) {
        if (answered == ticket && phase != Phase.RESTING) {
            rest(nowNanos, longer());
        }
    }

    void onCompared(long answered, CompareAnswer answer, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.COMPARING) {
            return;
        }
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
        int partition = partitions.element();
        long[] sums = answer.sums();
        if (sums.length == 0 || sums.length > effects.leafCount() - nextLeaf) {
            rest(nowNanos, longer());
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
        int looked = answer.counts().length;
        if (looked == 0 || looked > askedLeaves.length) {
            rest(nowNanos, longer());
        } else if (phase == Phase.LOOKING) {
            suspects.addAll(LeafDifference.of(partitions.element(), askedLeaves, answer, effects));
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
        int partition = confirmed.get(next).partition();
        boolean taken = true;
        for (byte[] record : answer.records()) {
            taken &= effects.merge(partition, record);
        }
        if (!taken || answer.done() == 0) {
            rest(nowNanos, longer());
            return;
        }
        int upTo = Math.min(end, next + answer.done());
        while (next < upTo) {
            settle(confirmed.get(next++), effects);
        }
        fetchOn(nowNanos, effects);
    }

    void onSent(long answered, boolean taken, long nowNanos, AntiEntropyEffects effects) {
        if (answered != ticket || phase != Phase.SENDING) {
            return;
        }
        sending--;
        if (taken) {
            effects.repaired(Repair.SENT);
            repairs = true;
            sendOn(nowNanos, effects);
        } else {
            rest(nowNanos, longer());
        }
    }

    private void lookOn(long nowNanos, AntiEntropyEffects effects) {
        while (!partitions.isEmpty() && suspects.size() < policy.suspectsMax()) {
            int partition = partitions.element();
            if (!leaves.isEmpty()) {
                askedLeaves = leaves.stream()
                        .limit(policy.leavesMax())
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
            int[] chunk = new int[policy.leavesMax()];
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
            settle(suspect, effects);
            next++;
        }
        phase = Phase.SENDING;
        ticket++;
        sendOn(nowNanos, effects);
    }

    /** What the peer had at a position is here now, too: is there more here than it had? */
    private void settle(Suspect suspect, AntiEntropyEffects effects) {
        long hash = effects.hashAt(suspect.partition(), suspect.position());
        if (hash != suspect.own()) {
            effects.repaired(Repair.PULLED);
            repairs = true;
        }
        if (hash != suspect.other() && hash != 0) {
            toSend.add(suspect);
        } else if (hash == suspect.own()) {
            effects.repaired(Repair.NOTHING);
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
    }

    private long digest(AntiEntropyEffects effects) {
        long digest = 0;
        for (int partition = shared.nextSetBit(0); partition >= 0; partition = shared.nextSetBit(partition + 1)) {
            digest = Sums.digest(digest, partition, effects.root(partition));
        }
        return digest;
    }
}
