package io.kvorum.server.transfer;

import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.PullAnswer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * One partition on its way to this node. Owned by the control thread.
 *
 * <pre>
 *   WAITING ── dropped what was left here ──► PULLING ── all of it ──► INFORMING ── the other owners know ──► ASKING
 *                                                                                                            │
 *                                                                               all sources consented ───────┤
 *                                                                                                            ▼
 *                                                                                                        COMPARING ◄─┐
 *                                                                                                            │         │
 *                           nothing is there that is not here, once they consented ──────────────────────────┘         │
 *                              ▼                                                                                       │
 *                          CONFIRMING ── a source has begun another life since, and may have forgotten something ──────┘
 *                              │      └─ an owner that stays did not reach this node ──► INFORMING
 *                              │ none has
 *                              ├──► GATHERING, where others stay with this node ── they are done, too ──┐
 *                              └──► FORCING ◄────────────────────────────────────────────────────────────┘
 *                                      └── on disk ──► DONE
 * </pre>
 *
 * <p>From the consent on the old owner's copy does not change and answers nobody: so one comparison after it finds all that
 * was acknowledged there, however late some coordinators hear of the plan. What is pulled before is only so that this is
 * short. Whatever fails is tried again after a rest, from where it was; a transfer that takes too long begins anew.
 */
final class Transfer {
    enum Phase {
        WAITING,
        PULLING,
        INFORMING,
        ASKING,
        COMPARING,
        CONFIRMING,
        GATHERING,
        FORCING,
        DONE
    }

    private TransferStep step;
    private final TransferPolicy policy;
    private Phase phase = Phase.WAITING;
    private long startedNanos;
    private long restUntilNanos;
    private boolean resting;

    /** Gives no two questions of this node one name. */
    private final LongSupplier tickets;

    /** Names the question that is under way; answers to others are not wanted any more. */
    private long ticket;

    private boolean asked;
    private long fromHash;

    /** By witness: whether it knows, or, later, is done. */
    private final boolean[] known;

    /** Since when it waits for consents, or for those that know. */
    private long askingNanos;

    /** By source: whether it has consented since this phase began, in which life, and the root sum of its copy then. */
    private final boolean[] consented;

    private final long[] lives;
    private final long[] roots;

    /** The source whose copy is being compared. */
    private int source;

    private boolean comparing;
    private int nextLeaf;
    private final ArrayDeque<Integer> leaves = new ArrayDeque<>();
    private int[] askedLeaves = {};
    private long[] positions = {};
    private int nextPosition;
    private long records;
    private long bytes;

    Transfer(TransferStep step, TransferPolicy policy, LongSupplier tickets) {
        this.step = step;
        this.policy = policy;
        this.tickets = tickets;
        this.known = new boolean[step.witnesses().size()];
        this.consented = new boolean[step.sources().size()];
        this.lives = new long[consented.length];
        this.roots = new long[consented.length];
    }

    TransferStep step() {
        return step;
    }

    /** The same step, as the history tells it now: it may have been consented to. */
    void onStep(TransferStep same) {
        step = same;
    }

    /** Whether it is not to be paused: a partition is short of an owner, or all that is left to do is done already. */
    boolean mustGoOn() {
        return step.isOwnerMissing() || phase.compareTo(Phase.COMPARING) >= 0;
    }

    /** Whether it has work to do, and does not only wait for others to do theirs. */
    boolean isWorking() {
        return isUnderWay() && phase != Phase.GATHERING;
    }

    Phase phase() {
        return phase;
    }

    /** How many records came, pulled or fetched. */
    long records() {
        return records;
    }

    /** How many bytes they had. */
    long bytes() {
        return bytes;
    }

    /** Whether all of it is here; not for ever: it begins anew when that cannot be told for too long. */
    boolean isDone(long nowNanos) {
        if (phase == Phase.DONE && isTooOld(nowNanos)) {
            phase = Phase.WAITING;
        }
        return phase == Phase.DONE;
    }

    private boolean isTooOld(long nowNanos) {
        return nowNanos - startedNanos > policy.ageNanosMax();
    }

    boolean isUnderWay() {
        return phase != Phase.WAITING && phase != Phase.DONE;
    }

    boolean isResting(long nowNanos) {
        return resting && nowNanos - restUntilNanos < 0;
    }

    /** Whether the question with this ticket is the one that is waited for. */
    private boolean takes(long answered) {
        if (!asked || answered != ticket) {
            return false;
        }
        asked = false;
        return true;
    }

    /** Begins, if the disk lets it. */
    void begin(long nowNanos, TransferEffects effects) {
        boolean pulls = step.fresh() && consented.length > 0;
        if (pulls && !effects.drop(step.partition())) {
            rest(nowNanos);
            return;
        }
        startedNanos = nowNanos;
        fromHash = 0;
        source = 0;
        comparing = false;
        Arrays.fill(consented, false);
        Arrays.fill(known, false);
        askingNanos = nowNanos;
        // Where nobody is left that has anything, what is here from a former ownership is better than nothing.
        phase = pulls ? Phase.PULLING : Phase.INFORMING;
        advance(nowNanos, effects);
    }

    /** Does what can be done now. */
    void advance(long nowNanos, TransferEffects effects) {
        if (!isUnderWay() || asked || isResting(nowNanos)) {
            return;
        }
        resting = false;
        if (isTooOld(nowNanos)) {
            phase = Phase.WAITING;
            return;
        }
        switch (phase) {
            case PULLING -> {
                // Not all from the same peer, where several have it.
                int peer = step.sources().get(step.partition() % consented.length);
                effects.pull(peer, step.partition(), ask(), fromHash);
            }
            case COMPARING -> compareOn(nowNanos, effects);
            case FORCING -> effects.force(step.partition(), ask());
            case INFORMING -> {
                if (areAll(known)) {
                    phase = Phase.ASKING;
                    advance(nowNanos, effects);
                }
            }
            case ASKING, CONFIRMING -> {
                // Asked for many partitions at a time, by who has all transfers.
                if (areAll(consented)) {
                    phase = phase == Phase.ASKING ? Phase.COMPARING : afterComparing();
                    advance(nowNanos, effects);
                }
            }
            case GATHERING -> {
                if (areAll(known)) {
                    phase = Phase.FORCING;
                    advance(nowNanos, effects);
                }
            }
            case WAITING, DONE -> throw new IllegalStateException(phase + " is not under way");
        }
    }

    private Phase afterComparing() {
        Arrays.fill(known, false);
        return step.waitsForOthers() ? Phase.GATHERING : Phase.FORCING;
    }

    private long ask() {
        asked = true;
        ticket = tickets.getAsLong();
        return ticket;
    }

    private boolean isAsking() {
        return phase == Phase.ASKING || phase == Phase.CONFIRMING;
    }

    private boolean asksWitnesses() {
        return phase == Phase.INFORMING || phase == Phase.GATHERING;
    }

    /** What the other is asked about: the step, or that it is done with it. */
    long digestWanted() {
        return phase == Phase.GATHERING ? TransferStep.doneDigest(step.digest()) : step.digest();
    }

    /** Whether something is wanted now of this source, or of this witness. */
    boolean wantsConsentOf(int peer, long nowNanos) {
        if (isResting(nowNanos)) {
            return false;
        }
        if (asksWitnesses()) {
            int place = step.witnesses().indexOf(peer);
            return place >= 0 && !known[place];
        }
        int place = step.sources().indexOf(peer);
        return isAsking() && place >= 0 && !consented[place];
    }

    /** Whether it should be asked for now, and not only together with others: a partition is short of an owner meanwhile. */
    boolean isUrgent(long nowNanos) {
        return phase == Phase.CONFIRMING || phase == Phase.GATHERING || nowNanos - askingNanos > policy.companyNanos();
    }

    private static boolean areAll(boolean[] given) {
        for (boolean one : given) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /** A source consented: from here on its copy changes no more, or all that is written there is sent here as well. */
    void onConsent(int peer, long life, long root, long nowNanos, TransferEffects effects) {
        if (asksWitnesses() && step.witnesses().contains(peer)) {
            known[step.witnesses().indexOf(peer)] = true;
            advance(nowNanos, effects);
            return;
        }
        int place = step.sources().indexOf(peer);
        if (!isAsking() || place < 0) {
            return;
        }
        boolean same = lives[place] == life;
        lives[place] = life;
        roots[place] = root;
        if (phase == Phase.CONFIRMING && !same) {
            compareFromStart(nowNanos, effects);
        } else {
            consented[place] = true;
            advance(nowNanos, effects);
        }
    }

    private void compareFromStart(long nowNanos, TransferEffects effects) {
        phase = Phase.COMPARING;
        source = 0;
        comparing = false;
        advance(nowNanos, effects);
    }

    /**
     * Somebody sees other owners or another move, has not all of the data now, or does not reach this node; what others said may
     * be over then. An owner that stays goes on writing: what it wrote while it did not reach this node is compared once more.
     */
    void onNoConsent(long nowNanos) {
        boolean mayLack = phase == Phase.CONFIRMING && step.move().from() == null;
        if (phase == Phase.INFORMING || phase == Phase.ASKING || mayLack) {
            phase = Phase.INFORMING;
            Arrays.fill(known, false);
        }
        if (mayLack) {
            Arrays.fill(consented, false);
            source = 0;
            comparing = false;
        }
        if (asksWitnesses() || isAsking()) {
            rest(nowNanos);
        }
    }

    void onPulled(long answered, PullAnswer answer, long nowNanos, TransferEffects effects) {
        if (!takes(answered)) {
            return;
        }
        boolean merged = true;
        for (byte[] record : answer.records()) {
            merged &= take(record, effects);
        }
        if (!merged || answer.nextHash() == PullAnswer.NOT_OWNER) {
            rest(nowNanos);
        } else if (answer.nextHash() == PullAnswer.END) {
            phase = Phase.INFORMING;
            askingNanos = nowNanos;
        } else if (answer.nextHash() <= fromHash) {
            // The peer does not move on: its table may have been replaced.
            fromHash = 0;
            rest(nowNanos);
        } else {
            fromHash = answer.nextHash();
        }
        advance(nowNanos, effects);
    }

    private boolean take(byte[] record, TransferEffects effects) {
        boolean merged = effects.merge(step.partition(), record);
        records += merged ? 1 : 0;
        bytes += merged ? record.length : 0;
        return merged;
    }

    private void compareOn(long nowNanos, TransferEffects effects) {
        int partition = step.partition();
        while (source < consented.length) {
            int peer = step.sources().get(source);
            if (!comparing) {
                nextLeaf = 0;
                leaves.clear();
                positions = new long[0];
                nextPosition = 0;
                comparing = roots[source] != effects.root(partition);
                source += comparing ? 0 : 1;
            } else if (nextPosition < positions.length) {
                int end = Math.min(positions.length, nextPosition + policy.positionsMax());
                effects.fetch(peer, partition, ask(), Arrays.copyOfRange(positions, nextPosition, end));
                return;
            } else if (nextLeaf < effects.leafCount()) {
                effects.askLeaves(peer, partition, ask(), nextLeaf);
                return;
            } else if (!leaves.isEmpty()) {
                int most = Math.max(1, Math.min(policy.leavesMax(), effects.leavesAtOnce(partition)));
                askedLeaves =
                        leaves.stream().limit(most).mapToInt(Integer::intValue).toArray();
                effects.askEntries(peer, partition, ask(), askedLeaves);
                return;
            } else {
                comparing = false;
                source++;
            }
        }
        Arrays.fill(consented, false);
        phase = Phase.CONFIRMING;
        advance(nowNanos, effects);
    }

    void onLeaves(long answered, LeavesAnswer answer, long nowNanos, TransferEffects effects) {
        if (!takes(answered)) {
            return;
        }
        long[] sums = answer.sums();
        if (sums.length == 0 || sums.length > effects.leafCount() - nextLeaf) {
            rest(nowNanos);
            return;
        }
        for (int i = 0; i < sums.length; i++) {
            // What the other does not have at all cannot be lacking here.
            if (sums[i] != 0 && effects.leaf(step.partition(), nextLeaf + i) != sums[i]) {
                leaves.add(nextLeaf + i);
            }
        }
        nextLeaf += sums.length;
        advance(nowNanos, effects);
    }

    void onEntries(long answered, EntriesAnswer answer, long nowNanos, TransferEffects effects) {
        if (!takes(answered)) {
            return;
        }
        int looked = answer.counts().length;
        if (looked == 0 || looked > askedLeaves.length) {
            rest(nowNanos);
            return;
        }
        positions = effects.lacking(step.partition(), askedLeaves, answer);
        nextPosition = 0;
        for (int i = 0; i < looked; i++) {
            leaves.remove();
        }
        advance(nowNanos, effects);
    }

    void onFetched(long answered, FetchAnswer answer, long nowNanos, TransferEffects effects) {
        if (!takes(answered)) {
            return;
        }
        boolean merged = true;
        for (byte[] record : answer.records()) {
            merged &= take(record, effects);
        }
        if (!merged || answer.done() == 0) {
            rest(nowNanos);
        } else {
            nextPosition += Math.min(answer.done(), policy.positionsMax());
        }
        advance(nowNanos, effects);
    }

    void onForced(long answered, boolean durable, long nowNanos) {
        if (!takes(answered)) {
            return;
        }
        if (durable && !isTooOld(nowNanos)) {
            phase = Phase.DONE;
        } else {
            rest(nowNanos);
        }
    }

    /** A question was not sent, refused, or lost. */
    void onFailed(long answered, long nowNanos) {
        if (takes(answered)) {
            rest(nowNanos);
        }
    }

    private void rest(long nowNanos) {
        resting = true;
        restUntilNanos = nowNanos + policy.restNanos();
    }
}
