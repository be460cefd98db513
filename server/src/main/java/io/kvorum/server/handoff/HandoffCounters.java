package io.kvorum.server.handoff;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What hinted handoff did since the start. Read on any thread. */
public final class HandoffCounters {
    /** By peer; grows with the nodes that this process hears of. */
    private final Map<Integer, LongAdder> handedOff = new ConcurrentHashMap<>();

    private final LongAdder refused = new LongAdder();
    private final LongAdder parked = new LongAdder();

    /** Hints, bare ones included, that their targets have taken. */
    public long handedOff() {
        return handedOff.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Those that one target has taken. */
    public long handedOff(int target) {
        LongAdder taken = handedOff.get(target);
        return taken == null ? 0 : taken.sum();
    }

    /** Hints that were not taken, or not known to be, and are sent again. */
    public long refused() {
        return refused.sum();
    }

    /** Hints that their targets will never take as they are: looked at again when they have changed. */
    public long parked() {
        return parked.sum();
    }

    void count(int target, HintedHandoff.Reply reply) {
        if (reply == HintedHandoff.Reply.MERGED) {
            handedOff.computeIfAbsent(target, none -> new LongAdder()).increment();
        } else if (reply != HintedHandoff.Reply.AWAITED) {
            refused.increment();
        }
    }

    void parked(int more) {
        parked.add(more);
    }
}
