package io.kvorum.server.reaping;

import io.kvorum.ring.Ring;
import io.kvorum.storage.hint.ForwardingHintStore;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.StampClock;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a node keeps for others, and when the last of it came or went, for each partition: what was read from a hint is no
 * older than that, though the write itself may be. Safe from every thread.
 */
public final class WatchedHints extends ForwardingHintStore {
    private final StampClock stamps;
    private final Ring ring;
    private final AtomicLongArray untilMillis;

    /**
     * Begins to watch. What is kept already counts as having come now.
     *
     * @param ring any of the cluster's: borders of partitions never move
     */
    public WatchedHints(HintStore hints, StampClock stamps, Ring ring) {
        super(hints);
        this.stamps = stamps;
        this.ring = ring;
        long[] until = new long[ring.partitions()];
        Arrays.fill(until, hints.isEmpty() ? 0 : stamps.currentMillis());
        this.untilMillis = new AtomicLongArray(until);
    }

    /** When the last hint of a partition came or went, by the node's hybrid clock in milliseconds; 0 if there was none. */
    long untilMillis(int partition) {
        return untilMillis.get(partition);
    }

    @Override
    public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
        note(positionHigh);
        super.put(target, positionHigh, record, outcome -> {
            note(positionHigh);
            callback.done(outcome);
        });
    }

    @Override
    public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
        super.remove(target, positionHigh, record, removed -> {
            note(positionHigh);
            callback.done(removed);
        });
    }

    private void note(long positionHigh) {
        untilMillis.accumulateAndGet(ring.partitionOf(positionHigh), stamps.currentMillis(), Math::max);
    }
}
