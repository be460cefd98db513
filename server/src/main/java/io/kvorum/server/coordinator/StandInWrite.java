package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.hint.HintStore;
import org.jspecify.annotations.Nullable;

/**
 * A write that this node, a fallback, coordinates because no owner that may can be reached (design §3). Its hint of the key
 * is what the copy is for an owner: the version is made from it, under an actor of the hint, and kept in it first; then
 * {@link WriteOperation} brings it to others.
 *
 * <pre>
 *   start ── too few reachable, STRICT ──► CLUSTERDOWN                            (nothing attempted)
 *     │ hint read
 *     │ the time is over ──► TRYAGAIN                                             (nothing attempted)
 *     │ version made; kept for each owner, so that whichever is back first has it
 *     ├─ no room ──► CLUSTERDOWN; queue full ──► TRYAGAIN                          (nothing attempted)
 *     ├─ disk failed, or silent until the deadline ──► INDOUBT: it may be there
 *     └─ kept ──► the others, as with any write
 * </pre>
 *
 * <p>However often it is kept here, it counts once: it is one node that holds it.
 */
final class StandInWrite extends Deadline {
    private static final Failure FULL = new Failure(
            Failure.Kind.CLUSTERDOWN, "no owner can be reached, and the hints of this node have no room for the write");

    private final Coordinator coordinator;
    private final ClusterView view;
    private final KeyRef key;
    private final Mutation mutation;
    private final long deadlineNanos;
    private final WriteCallback callback;
    private final WriteOperation write;
    private long startNanos;
    private boolean ended;

    /** Once it is made. */
    private byte @Nullable [] record;

    /** How many owners it is to be kept for, and is not known to be. */
    private int pending;

    private boolean held;
    private boolean durable;
    private boolean failed;
    private boolean full;

    /**
     * Makes the operation.
     *
     * @param write goes on when this node keeps the version
     */
    StandInWrite(
            Coordinator coordinator,
            ClusterView view,
            KeyRef key,
            Mutation mutation,
            long deadlineNanos,
            WriteCallback callback,
            WriteOperation write) {
        this.coordinator = coordinator;
        this.view = view;
        this.key = key;
        this.mutation = mutation;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
        this.write = write;
    }

    void start() {
        Failure refusal = write.refusal();
        if (refusal != null) {
            fail(refusal);
            return;
        }
        startNanos = coordinator.clock.nanoTime();
        coordinator.wheel.schedule(this, deadlineNanos);
        coordinator.ownHints.read(key, this::make);
    }

    private void make(byte @Nullable [] kept) {
        if (ended) {
            return;
        }
        if (coordinator.clock.nanoTime() - deadlineNanos >= 0) {
            fail(Failure.TOO_LATE);
            return;
        }
        byte[] before = kept == null ? null : coordinator.replica.withoutFlushed(key.partition(), kept);
        byte[] made;
        try {
            made = coordinator.ownHints.change(key, before, mutation);
        } catch (RuntimeException bug) {
            fail(Failure.INTERNAL);
            throw bug;
        }
        if (made == null || made == before) {
            end();
            callback.onWritten(made);
        } else {
            keep(made);
        }
    }

    private void keep(byte[] made) {
        record = made;
        int[] owners = view.owners(key.partition());
        pending = owners.length;
        for (int owner : owners) {
            coordinator.ownHints.keep(key, view.member(owner), made, outcome -> kept(outcome, made));
        }
    }

    private void kept(HintStore.Outcome outcome, byte[] made) {
        held |= outcome.isHeld();
        durable |= outcome == HintStore.Outcome.DURABLE;
        failed |= outcome == HintStore.Outcome.FAILED;
        full |= outcome == HintStore.Outcome.FULL;
        pending--;
        if (pending > 0 || ended) {
            return;
        }
        if (held) {
            end();
            write.goOn(made, durable, startNanos);
        } else if (failed) {
            fail(write.inDoubt(startNanos));
        } else {
            fail(full ? FULL : Failure.BUSY);
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        fail(record == null ? Failure.TOO_LATE : write.inDoubt(startNanos));
    }

    private void fail(Failure failure) {
        end();
        coordinator.metrics.failed(failure.kind());
        callback.onFailure(failure);
    }

    private void end() {
        ended = true;
        coordinator.wheel.cancel(this);
    }
}
