package io.kvorum.server.repair;

import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.engine.Sweep;
import io.kvorum.storage.version.StampClock;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Goes over all copies again and again, a little each time: the bytes of expired values go, soon after their time. Where
 * this node is the whole cluster, or a cache, records that are dead for longer than the grace go as a whole; where others have
 * copies too, all of them must agree first. Owned by the control thread.
 */
public final class Sweeper {
    private static final long TICK_NANOS = 100_000_000L;
    private static final int RECORDS_A_TICK = 2_000;

    /** Nobody's clock is so far behind that a value which is over here still lives there. */
    private static final long MARGIN_MILLIS = 2_000;

    private final StorageEngine engine;
    private final StampClock stamps;
    private final Supplier<ClusterView> views;
    private final long graceMillis;
    private final Budget budget;
    private final Clock clock;
    private int partition;
    private long cursor;
    private long restUntilNanos;
    private final ExpiryCensus census;
    private final LongAdder looked = new LongAdder();

    /**
     * Joins the parts.
     *
     * @param budget how much of its time this may use
     * @param graceMillis how long what is dead is remembered
     */
    public Sweeper(
            StorageEngine engine,
            StampClock stamps,
            Supplier<ClusterView> views,
            Budget budget,
            Clock clock,
            long graceMillis) {
        this.budget = budget;
        this.clock = clock;
        this.engine = engine;
        this.census = new ExpiryCensus(engine.partitions());
        this.stamps = stamps;
        this.views = views;
        this.graceMillis = graceMillis;
    }

    /** Begins. */
    public void start(TaskLoop control) {
        control.every(TICK_NANOS, this::sweepOn);
    }

    /** The keys that it saw to end some time. */
    public ExpiryCensus census() {
        return census;
    }

    /** How many records it has looked at since the start. Any thread. */
    public long looked() {
        return looked.sum();
    }

    /** One part of a round, if the budget lets it. */
    void sweepOn() {
        long nowNanos = clock.nanoTime();
        if (!budget.isPaused(BackgroundJob.SWEEPING) && nowNanos - restUntilNanos >= 0) {
            sweep();
            long doneNanos = clock.nanoTime();
            restUntilNanos = doneNanos + budget.restNanos(BackgroundJob.SWEEPING, doneNanos - nowNanos);
        }
    }

    private void sweep() {
        long nowMillis = stamps.currentMillis();
        // Where records go for want of memory, there is nothing to agree upon: that one is missing says nothing.
        boolean alone = engine.evicts() || views.get().ring().members().size() == 1;
        Sweep sweep = new Sweep(nowMillis - MARGIN_MILLIS, alone ? nowMillis - graceMillis : Sweep.NOTHING);
        census.at(nowMillis);
        int seen = 0;
        for (int step = 0; step < engine.partitions() && seen < RECORDS_A_TICK; step++) {
            seen += Math.max(1, Math.min(engine.recordCount(partition), RECORDS_A_TICK));
            cursor = engine.sweep(partition, cursor, RECORDS_A_TICK, sweep, census);
            if (cursor == StorageEngine.SCAN_DONE) {
                cursor = 0;
                census.end(partition);
                partition = (partition + 1) % engine.partitions();
            }
        }
        looked.add(seen);
    }
}
