package io.kvorum.server.repair;

import java.util.concurrent.atomic.LongAdder;

/** What anti-entropy did since the start. Read on any thread. */
public final class AntiEntropyCounters {
    private final LongAdder pulled = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder unneeded = new LongAdder();
    private volatile int differing;
    private volatile int pending;

    /** Keys that this node's copies did not have, or not as new, and have now. */
    public long pulled() {
        return pulled.sum();
    }

    /** Keys that another owner did not have, or not as new, and was sent. */
    public long sent() {
        return sent.sum();
    }

    /** Keys that two looks found different and a third did not: there are none of these on a cluster at rest. */
    public long unneeded() {
        return unneeded.sum();
    }

    /** With how many peers copies differ and are being compared at this moment. */
    public int differing() {
        return differing;
    }

    /** Keys that were found to differ in passes under way and are not brought up to date yet. */
    public int pending() {
        return pending;
    }

    void count(AntiEntropyEffects.Repair repair) {
        switch (repair) {
            case PULLED -> pulled.increment();
            case SENT -> sent.increment();
            case NOTHING -> unneeded.increment();
        }
    }

    void differing(int peers, int keys) {
        differing = peers;
        pending = keys;
    }
}
