package io.kvorum.server;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.replica.ReplicaObserver;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Counts what is rare in the local copies and worth a look. Safe from every thread; called under partition locks. */
final class CopyCounters implements ReplicaObserver {
    private final LongAdder damagedIdentities = new LongAdder();
    private volatile LongConsumer damaged = actor -> {};
    private final LongAdder supersededForgotten = new LongAdder();
    private final LongAdder countersSaturated = new LongAdder();
    private final LongAdder siblingsWarned = new LongAdder();
    private final LongAdder siblingsDropped = new LongAdder();
    private final LongAdder invalidRecords = new LongAdder();

    /** Tells of each actor that was found to be damaged; called under a partition's lock. */
    void onDamagedIdentity(LongConsumer listener) {
        damaged = listener;
    }

    void register(NodeMetrics metrics) {
        metrics.gauge(
                "kvorum_damaged_identities_total",
                "Dots found with two different values: an actor was used twice",
                damagedIdentities::sum);
        metrics.gauge(
                "kvorum_superseded_forgotten_total",
                "Superseded dots forgotten because a record lists at most 16",
                supersededForgotten::sum);
        metrics.gauge(
                "kvorum_counters_saturated_total", "Merges in which a counter left 64 bits", countersSaturated::sum);
        metrics.gauge("kvorum_siblings_warned_total", "Writes that left a key with many siblings", siblingsWarned::sum);
        metrics.gauge(
                "kvorum_siblings_dropped_total",
                "Siblings superseded because their key had too many",
                siblingsDropped::sum);
        metrics.gauge(
                "kvorum_invalid_records_total",
                "Records of peers refused because they are damaged",
                invalidRecords::sum);
    }

    @Override
    public void damagedIdentity(long actor, long stamp) {
        damagedIdentities.increment();
        damaged.accept(actor);
    }

    @Override
    public void supersededForgotten(long actor, long stamp) {
        supersededForgotten.increment();
    }

    @Override
    public void counterSaturated() {
        countersSaturated.increment();
    }

    @Override
    public void manySiblings(int count) {
        siblingsWarned.increment();
    }

    @Override
    public void siblingsSuperseded(int count) {
        siblingsDropped.add(count);
    }

    @Override
    public void invalidRecord(DecodeException why) {
        invalidRecords.increment();
    }
}
