package io.kvorum.server.transfer;

import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.PullAnswer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The partitions that are to come to this node, a few of them at a time. Owned by the control thread.
 *
 * <p>A step that the history does not want any more is given up where it stands: what has come is of no use to anybody, and
 * is dropped before that partition is pulled again.
 */
final class Transfers {
    private final TransferPolicy policy;
    private final SortedMap<Integer, Transfer> transfers = new TreeMap<>();
    private final BitSet up = new BitSet();
    private boolean paused;
    private long ticket;
    private long records;
    private long bytes;

    Transfers(TransferPolicy policy) {
        this.policy = policy;
    }

    /** These steps are wanted of this node now. */
    void onSteps(List<TransferStep> steps) {
        SortedMap<Integer, TransferStep> wanted = new TreeMap<>();
        steps.forEach(step -> wanted.putIfAbsent(step.partition(), step));
        transfers.values().removeIf(transfer -> {
            TransferStep step = wanted.get(transfer.step().partition());
            boolean over = step == null || !step.isSame(transfer.step());
            records += over ? transfer.records() : 0;
            bytes += over ? transfer.bytes() : 0;
            return over;
        });
        wanted.forEach((partition, step) -> transfers
                .computeIfAbsent(partition, key -> new Transfer(step, policy, () -> ++ticket))
                .onStep(step));
    }

    void onPeerUp(int peer) {
        up.set(peer);
    }

    void onPeerDown(int peer) {
        up.clear(peer);
    }

    /** Holds, or lets go, what no owner has consented to yet; what one has must not stay short of an owner. */
    void pause(boolean nowPaused) {
        paused = nowPaused;
    }

    /** Whether this partition's transfer is to be held. */
    boolean isHeld(int partition) {
        Transfer transfer = transfers.get(partition);
        return transfer != null && isHeld(transfer);
    }

    /** Whether this partition's transfer waits for nothing. */
    boolean mustGoOn(int partition) {
        Transfer transfer = transfers.get(partition);
        return transfer != null && transfer.mustGoOn();
    }

    private boolean isHeld(Transfer transfer) {
        return paused && !transfer.mustGoOn();
    }

    /** Begins what may begin, and goes on with what has rested. */
    void advance(long nowNanos, TransferEffects effects) {
        int pulling = 0;
        int underWay = 0;
        for (Transfer transfer : transfers.values()) {
            if (isHeld(transfer)) {
                continue;
            }
            transfer.advance(nowNanos, effects);
            // What waits for an owner to come back keeps none of those waiting whose owners are there.
            if (canAskAll(transfer)) {
                underWay += transfer.isWorking() ? 1 : 0;
                pulling += transfer.phase() == Transfer.Phase.PULLING ? 1 : 0;
            }
        }
        for (Transfer transfer : transfers.values()) {
            if (pulling >= policy.pullsMax() || underWay >= policy.transfersMax()) {
                return;
            }
            boolean can = transfer.phase() == Transfer.Phase.WAITING && !transfer.isResting(nowNanos);
            if (can && canAskAll(transfer) && !isHeld(transfer)) {
                transfer.begin(nowNanos, effects);
                underWay++;
                pulling += transfer.phase() == Transfer.Phase.PULLING ? 1 : 0;
            }
        }
    }

    private boolean canAskAll(Transfer transfer) {
        TransferStep step = transfer.step();
        return step.sources().stream().allMatch(up::get)
                && step.witnesses().stream().allMatch(up::get);
    }

    /** The steps to which a peer should consent now, or of which it should know; none while they are to wait for company. */
    List<TransferStep> consentsWantedOf(int peer, long nowNanos) {
        List<TransferStep> wanted = new ArrayList<>();
        boolean urgent = false;
        for (Transfer transfer : transfers.values()) {
            boolean wants = up.get(peer) && transfer.wantsConsentOf(peer, nowNanos) && !isHeld(transfer);
            if (wants && wanted.size() < policy.companyMax()) {
                wanted.add(transfer.step());
                urgent |= transfer.isUrgent(nowNanos);
            }
        }
        boolean alone = pending() <= wanted.size();
        return urgent || alone || wanted.size() >= policy.companyMax() ? wanted : List.of();
    }

    /** What the other is asked about a step that {@link #consentsWantedOf} names. */
    long digestWanted(TransferStep step) {
        Transfer transfer = transfers.get(step.partition());
        return transfer == null ? step.digest() : transfer.digestWanted();
    }

    /** Whether this node has all that the step of this digest is about, on disk where anything is kept there. */
    boolean isDone(int partition, long digest, long nowNanos) {
        Transfer transfer = transfers.get(partition);
        return transfer != null && transfer.step().digest() == digest && transfer.isDone(nowNanos);
    }

    void onConsent(int peer, TransferStep step, long life, long root, long nowNanos, TransferEffects effects) {
        with(step, transfer -> transfer.onConsent(peer, life, root, nowNanos, effects));
    }

    void onNoConsent(TransferStep step, long nowNanos) {
        with(step, transfer -> transfer.onNoConsent(nowNanos));
    }

    void onPulled(int partition, long ticket, PullAnswer answer, long nowNanos, TransferEffects effects) {
        with(partition, transfer -> transfer.onPulled(ticket, answer, nowNanos, effects));
    }

    void onLeaves(int partition, long ticket, LeavesAnswer answer, long nowNanos, TransferEffects effects) {
        with(partition, transfer -> transfer.onLeaves(ticket, answer, nowNanos, effects));
    }

    void onEntries(int partition, long ticket, EntriesAnswer answer, long nowNanos, TransferEffects effects) {
        with(partition, transfer -> transfer.onEntries(ticket, answer, nowNanos, effects));
    }

    void onFetched(int partition, long ticket, FetchAnswer answer, long nowNanos, TransferEffects effects) {
        with(partition, transfer -> transfer.onFetched(ticket, answer, nowNanos, effects));
    }

    void onForced(int partition, long ticket, boolean durable, long nowNanos) {
        with(partition, transfer -> transfer.onForced(ticket, durable, nowNanos));
    }

    void onFailed(int partition, long ticket, long nowNanos) {
        with(partition, transfer -> transfer.onFailed(ticket, nowNanos));
    }

    /** The steps that are done but for the telling, which is this node's. */
    List<TransferStep> done(long nowNanos) {
        return transfers.values().stream()
                .filter(transfer -> transfer.isDone(nowNanos) && transfer.step().leads())
                .map(Transfer::step)
                .toList();
    }

    /** How many partitions are to come to this node, those under way included. */
    int pending() {
        return transfers.size();
    }

    /** How many of them are under way. */
    int underWay() {
        return (int) transfers.values().stream().filter(Transfer::isUnderWay).count();
    }

    /** How many records came in this life. */
    long records() {
        return records
                + transfers.values().stream().mapToLong(Transfer::records).sum();
    }

    /** How many bytes of records came in this life. */
    long bytes() {
        return bytes + transfers.values().stream().mapToLong(Transfer::bytes).sum();
    }

    private void with(TransferStep step, Consumer<Transfer> action) {
        with(step.partition(), transfer -> {
            if (transfer.step().isSame(step)) {
                action.accept(transfer);
            }
        });
    }

    private void with(int partition, Consumer<Transfer> action) {
        Transfer transfer = transfers.get(partition);
        if (transfer != null) {
            action.accept(transfer);
        }
    }
}
