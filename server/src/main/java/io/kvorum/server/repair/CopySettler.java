package io.kvorum.server.repair;

import io.kvorum.server.peer.message.PullAnswer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings the copies that may have forgotten events back to where they can be trusted. Owned by the control thread.
 *
 * <p>A copy is settled once everything that every other owner has was pulled from it, by pulls begun in this life. All
 * of them must have taken part, settled or not: an acknowledged write may be left on any one of them alone. A copy that
 * has no other owner is settled at once, since nobody can know more than it does.
 *
 * <p>Each (partition, other owner) is a task; the tasks of one peer wait in its lane, a few of them under way. A task that
 * fails goes back to its lane with the place it had reached, and the lane rests a while, or until the peer comes back.
 */
public final class CopySettler {
    private final SettlerPolicy policy;
    private final SortedMap<Integer, Copy> copies = new TreeMap<>();
    private final SortedMap<Integer, Lane> lanes = new TreeMap<>();
    private long recordsPulled;

    /** Has nothing to do before {@link #onOwners}. */
    public CopySettler(SettlerPolicy policy) {
        this.policy = policy;
    }

    /**
     * The owners of partitions are these, and these copies here are not settled. Work goes on for what is still wanted,
     * begins for what is new, and ends for what is not wanted any more.
     *
     * @param unsettled the partitions that this node owns and whose copy may have forgotten events
     * @param owners by partition: peer numbers of all owners, this node's (0) included
     */
    public void onOwners(BitSet unsettled, int[][] owners, long nowNanos, SettlerEffects effects) {
        copies.values().removeIf(copy -> !unsettled.get(copy.partition));
        for (int partition = unsettled.nextSetBit(0); partition >= 0; partition = unsettled.nextSetBit(partition + 1)) {
            Copy copy = copies.computeIfAbsent(partition, Copy::new);
            copy.pulls.keySet().removeIf(peer -> !contains(owners[copy.partition], peer));
            for (int peer : owners[partition]) {
                if (peer != 0 && !copy.pulls.containsKey(peer)) {
                    Pull pull = new Pull(copy, peer);
                    copy.pulls.put(peer, pull);
                    lanes.computeIfAbsent(peer, Lane::new).waiting.add(pull);
                }
            }
        }
        for (Copy copy : copies.values().toArray(new Copy[0])) {
            settleIfComplete(copy, effects);
        }
        advance(nowNanos, effects);
    }

    /** A peer can be asked (again): its tasks need not wait any longer. */
    public void onPeerUp(int peer, long nowNanos, SettlerEffects effects) {
        Lane lane = lanes.computeIfAbsent(peer, Lane::new);
        lane.up = true;
        lane.failures = 0;
        lane.resting = false;
        advance(nowNanos, effects);
    }

    /** A peer cannot be asked for now. */
    public void onPeerDown(int peer) {
        lanes.computeIfAbsent(peer, Lane::new).up = false;
    }

    /** The peer answered a pull. */
    public void onAnswer(int peer, int partition, PullAnswer answer, long nowNanos, SettlerEffects effects) {
        Pull pull = takeUnderWay(peer, partition);
        if (pull == null) {
            return;
        }
        boolean ended = false;
        boolean merged = true;
        try {
            for (byte[] record : answer.records()) {
                merged &= effects.merge(partition, record);
            }
            ended = true;
        } finally {
            if (!ended) {
                retryLater(pull, nowNanos);
            }
        }
        recordsPulled += answer.records().size();
        if (!merged || answer.nextHash() == PullAnswer.NOT_OWNER) {
            retryLater(pull, nowNanos);
        } else if (answer.nextHash() == PullAnswer.END) {
            pull.done = true;
            pull.lane().failures = 0;
            settleIfComplete(pull.copy, effects);
        } else if (answer.nextHash() <= pull.fromHash) {
            pull.fromHash = 0; // the peer does not move on: its table may have been replaced
            retryLater(pull, nowNanos);
        } else {
            pull.fromHash = answer.nextHash();
            pull.lane().failures = 0;
            pull.lane().waiting.addFirst(pull);
        }
        advance(nowNanos, effects);
    }

    /** A pull was not sent, refused, or lost. */
    public void onFailed(int peer, int partition, long nowNanos, SettlerEffects effects) {
        Pull pull = takeUnderWay(peer, partition);
        if (pull != null) {
            retryLater(pull, nowNanos);
            advance(nowNanos, effects);
        }
    }

    /** Asks for what may be asked for now. To be called a few times a second while anything is unsettled. */
    public void advance(long nowNanos, SettlerEffects effects) {
        List<Pull> behindStale = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            while (lane.up && lane.underWay.size() < policy.pullsMax() && !lane.isResting(nowNanos)) {
                Pull pull = lane.waiting.poll();
                if (pull == null) {
                    break;
                }
                if (lane.underWay.containsKey(pull.copy.partition)) {
                    // One that is not wanted any more is still out: its answer must not be taken for this one's.
                    behindStale.add(pull);
                } else if (pull.isWanted()) {
                    int partition = pull.copy.partition;
                    lane.underWay.put(partition, pull);
                    effects.pull(lane.peer, partition, pull.fromHash, effects.rootSum(partition), policy.chunkBytes());
                }
            }
            lane.waiting.addAll(behindStale);
            behindStale.clear();
        }
    }

    /** The partitions whose copy here is not settled, and why: the peers that still have to be asked. */
    public SortedMap<Integer, BitSet> waitingFor() {
        SortedMap<Integer, BitSet> waiting = new TreeMap<>();
        for (Copy copy : copies.values()) {
            BitSet peers = new BitSet();
            for (Pull pull : copy.pulls.values()) {
                if (!pull.done) {
                    peers.set(pull.peer);
                }
            }
            waiting.put(copy.partition, peers);
        }
        return waiting;
    }

    /** How many records came by pulls in this life. */
    public long recordsPulled() {
        return recordsPulled;
    }

    private void settleIfComplete(Copy copy, SettlerEffects effects) {
        for (Pull pull : copy.pulls.values()) {
            if (!pull.done) {
                return;
            }
        }
        copies.remove(copy.partition);
        effects.settled(copy.partition);
    }

    /** An answer to a pull that is not wanted any more leaves nothing to do but free its place. */
    private @Nullable Pull takeUnderWay(int peer, int partition) {
        Lane lane = lanes.get(peer);
        Pull pull = lane == null ? null : lane.underWay.remove(partition);
        return pull != null && pull.isWanted() ? pull : null;
    }

    private void retryLater(Pull pull, long nowNanos) {
        Lane lane = pull.lane();
        lane.waiting.add(pull);
        if (!lane.isResting(nowNanos)) {
            long rest = Math.min(policy.retryMaxNanos(), policy.retryFirstNanos() << Math.min(lane.failures, 10));
            lane.restUntilNanos = nowNanos + rest;
            lane.resting = true;
            lane.failures++;
        }
    }

    private static boolean contains(int[] peers, int peer) {
        for (int candidate : peers) {
            if (candidate == peer) {
                return true;
            }
        }
        return false;
    }

    /** A copy that is not settled, and what has to be pulled for it, by peer. */
    private static final class Copy {
        final int partition;
        final SortedMap<Integer, Pull> pulls = new TreeMap<>();

        Copy(int partition) {
            this.partition = partition;
        }
    }

    /** Everything that one peer has of one partition, and how much of it is here. */
    private final class Pull {
        final Copy copy;
        final int peer;
        long fromHash;
        boolean done;

        Pull(Copy copy, int peer) {
            this.copy = copy;
            this.peer = peer;
        }

        Lane lane() {
            return lanes.computeIfAbsent(peer, Lane::new);
        }

        @SuppressWarnings("ReferenceEquality") // the very task, not one for the same peer that replaced it
        boolean isWanted() {
            return copies.get(copy.partition) == copy && copy.pulls.get(peer) == this;
        }
    }

    /** The tasks of one peer. */
    private static final class Lane {
        final int peer;
        final ArrayDeque<Pull> waiting = new ArrayDeque<>();
        final SortedMap<Integer, Pull> underWay = new TreeMap<>();
        boolean up;
        int failures;
        boolean resting;
        long restUntilNanos;

        Lane(int peer) {
            this.peer = peer;
        }

        boolean isResting(long nowNanos) {
            return resting && nowNanos - restUntilNanos < 0;
        }
    }
}
