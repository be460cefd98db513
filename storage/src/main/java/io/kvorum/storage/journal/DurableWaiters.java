package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Callbacks;
import io.kvorum.storage.disk.DurableCallback;
import java.util.ArrayList;
import java.util.List;

/**
 * Those who wait for a position to be forced. Any thread adds, one completes; the lock is held for the list alone, never
 * while a callback runs.
 */
final class DurableWaiters {
    private record Waiter(long position, DurableCallback callback) {}

    private List<Waiter> waiting = new ArrayList<>();
    private boolean refusing;

    /** Returns false if nobody would ever complete it. */
    synchronized boolean add(long position, DurableCallback callback) {
        if (refusing) {
            return false;
        }
        waiting.add(new Waiter(position, callback));
        return true;
    }

    /** Tells all that wait for a position up to this one that it is durable. */
    void complete(long durable) {
        tell(take(durable), true);
    }

    /** Tells all that wait that it will not be, and takes no more until {@link #accept}. */
    void refuse() {
        List<Waiter> all;
        synchronized (this) {
            refusing = true;
            all = take(Long.MAX_VALUE);
        }
        tell(all, false);
    }

    synchronized void accept() {
        refusing = false;
    }

    private synchronized List<Waiter> take(long durable) {
        List<Waiter> done = new ArrayList<>();
        List<Waiter> left = new ArrayList<>();
        for (Waiter waiter : waiting) {
            (waiter.position <= durable ? done : left).add(waiter);
        }
        waiting = left;
        return done;
    }

    private static void tell(List<Waiter> waiters, boolean durable) {
        Callbacks.tellEach(waiters, waiter -> waiter.callback.complete(waiter.position, durable));
    }
}
