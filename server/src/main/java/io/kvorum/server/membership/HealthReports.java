package io.kvorum.server.membership;

import io.kvorum.server.runtime.TaskLoop;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;

/**
 * Missed deadlines and late answers on their way from the loops to the control thread. A dead peer is missed thousands of times a second;
 * what has not been looked at yet is not reported again. Any thread: one flag for each peer, since a queue of reports
 * would grow just when the node is in trouble.
 */
final class HealthReports implements PeerHealth {
    private static final int PEERS_MAX = 4096;

    private final AtomicIntegerArray missed = new AtomicIntegerArray(PEERS_MAX);
    private final AtomicIntegerArray late = new AtomicIntegerArray(PEERS_MAX);
    private final TaskLoop control;
    private final IntConsumer onMissed;
    private final IntConsumer onLate;

    HealthReports(TaskLoop control, IntConsumer onMissed, IntConsumer onLate) {
        this.control = control;
        this.onMissed = onMissed;
        this.onLate = onLate;
    }

    @Override
    public void missed(int peer) {
        report(peer, missed, onMissed);
    }

    @Override
    public void late(int peer) {
        report(peer, late, onLate);
    }

    private void report(int peer, AtomicIntegerArray reported, IntConsumer consumer) {
        if (peer >= PEERS_MAX || !reported.compareAndSet(peer, 0, 1)) {
            return;
        }
        boolean handedOver = control.execute(() -> {
            reported.set(peer, 0);
            consumer.accept(peer);
        });
        if (!handedOver) {
            reported.set(peer, 0);
        }
    }
}
