package io.kvorum.server.membership;

import io.kvorum.server.runtime.TaskLoop;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;

/**
 * Missed deadlines and late answers on their way from the loops to the control thread. A dead peer is missed thousands of
 * times a second; what has not been looked at yet is not reported again. Any thread: one place for each peer, since a queue
 * of reports would grow just when the node is in trouble.
 */
final class HealthReports implements PeerHealth {
    private static final int PEERS_MAX = 4096;

    private static final long NONE = 0;
    private static final long SOME = 1;

    /** By peer number: how long it kept the first waiting of those that were not looked at yet. */
    private final AtomicLongArray missed = new AtomicLongArray(PEERS_MAX);

    private final AtomicLongArray late = new AtomicLongArray(PEERS_MAX);
    private final TaskLoop control;
    private final OnMissed onMissed;
    private final IntConsumer onLate;

    HealthReports(TaskLoop control, OnMissed onMissed, IntConsumer onLate) {
        this.control = control;
        this.onMissed = onMissed;
        this.onLate = onLate;
    }

    /** Told of a missed deadline on the control thread. */
    @FunctionalInterface
    interface OnMissed {
        void missed(int peer, long waitedNanos);
    }

    @Override
    public void missed(int peer, long waitedNanos) {
        report(peer, missed, Math.max(SOME, waitedNanos), onMissed);
    }

    @Override
    public void late(int peer) {
        report(peer, late, SOME, (of, some) -> onLate.accept(of));
    }

    private void report(int peer, AtomicLongArray reported, long what, OnMissed consumer) {
        if (peer >= PEERS_MAX || !reported.compareAndSet(peer, NONE, what)) {
            return;
        }
        boolean handedOver = control.execute(() -> {
            reported.set(peer, NONE);
            consumer.missed(peer, what);
        });
        if (!handedOver) {
            reported.set(peer, NONE);
        }
    }
}
