package io.kvorum.tests.faults;

import java.util.concurrent.atomic.AtomicLong;

/** A key that all sessions increment by one. What it holds lies between what was acknowledged and what was not refused. */
final class Counter {
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    void sent() {
        sent.incrementAndGet();
    }

    void acknowledged() {
        acknowledged.incrementAndGet();
    }

    void refused() {
        refused.incrementAndGet();
    }

    /** What a read that begins now must show at the least. */
    long least() {
        return acknowledged.get();
    }

    /** What a read that ended now may show at the most. */
    long most() {
        // In this order: what is refused meanwhile was sent before.
        long none = refused.get();
        return sent.get() - none;
    }
}
