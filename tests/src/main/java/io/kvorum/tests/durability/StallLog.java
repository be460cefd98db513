package io.kvorum.tests.durability;

import io.kvorum.tools.bench.LoadObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups slow requests into stalls: those whose times touch are one. Bounded, since two stalls are never at the same time
 * and each takes longer than the limit. Owned by the loop of the load, and read when that has ended.
 */
final class StallLog implements LoadObserver {
    private final long limitNanos;
    private final List<Stall> stalls = new ArrayList<>();

    /** Of requests that took longer than {@code limitNanos}. */
    StallLog(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    @Override
    public void over(long intendedNanos, long overNanos) {
        if (overNanos - intendedNanos <= limitNanos) {
            return;
        }
        // Requests end in order of time, so that only the last ones can touch.
        Stall stall = new Stall(new Span(intendedNanos, overNanos), 1, overNanos - intendedNanos);
        while (!stalls.isEmpty() && stalls.get(stalls.size() - 1).span().touches(stall.span(), 0)) {
            stall = stalls.remove(stalls.size() - 1).with(stall);
        }
        stalls.add(stall);
    }

    List<Stall> stalls() {
        return List.copyOf(stalls);
    }
}
