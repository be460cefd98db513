package io.kvorum.server.handoff;

import java.util.concurrent.atomic.LongAdder;

/** What hinted handoff did since the start. Read on any thread. */
public final class HandoffCounters {
    private final LongAdder handedOff = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder parked = new LongAdder();

    /** Hints, bare ones included, that their targets have taken. */
    public long handedOff() {
        return handedOff.sum();
    }

    /** Hints that were not taken, or not known to be, and are sent again. */
    public long refused() {
        return refused.sum();
    }

    /** Hints that their targets will never take as they are: looked at again when they have changed. */
    public long parked() {
        return parked.sum();
    }

    void count(HintedHandoff.Reply reply) {
        if (reply == HintedHandoff.Reply.MERGED) {
            handedOff.increment();
        } else {
            refused.increment();
        }
    }

    void parked(int more) {
        parked.add(more);
    }
}
