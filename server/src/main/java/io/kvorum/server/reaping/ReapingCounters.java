package io.kvorum.server.reaping;

import java.util.concurrent.atomic.LongAdder;

/** What the rounds that this node leads did since the start. Read on any thread. */
public final class ReapingCounters {
    private final LongAdder reaped = new LongAdder();
    private volatile long waiting;

    /** Records that went from all owners' copies, or whose vectors were truncated there. */
    public long reaped() {
        return reaped.sum();
    }

    /** Records that all owners have agreed upon, and that wait until nothing older can come any more. */
    public long waiting() {
        return waiting;
    }

    void reaped(int records) {
        reaped.add(records);
    }

    void waiting(int records) {
        waiting = records;
    }
}
