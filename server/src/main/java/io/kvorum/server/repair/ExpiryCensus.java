package io.kvorum.server.repair;

import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;

/**
 * How many keys of this node's copies end some time, and in how long on average. To know it at each moment, every write
 * would have to count, and time itself: so it is told of each partition as the sweeper last went over it. Rounds take less
 * than a second for few records and a minute a million for many; longer while the sweeper yields to clients.
 *
 * <p>Counted by the control thread; read by any.
 */
public final class ExpiryCensus implements RecordVisitor {
    /** Later than this is as late as this (the year 2514), so that the sum of half a billion ends is a long. */
    private static final long END_SECONDS_MAX = 1L << 34;

    private static final long MILLIS = 1_000;

    private final int[] keys;
    private final long[] endSeconds;
    private final ValueSlice value = new ValueSlice();
    private long nowMillis;
    private int keysHere;
    private long endSecondsHere;

    /** Volatile, since any thread asks. */
    private volatile Totals totals = new Totals(0, 0);

    private record Totals(long keys, long endSeconds) {}

    /** Nothing was seen yet. */
    ExpiryCensus(int partitions) {
        this.keys = new int[partitions];
        this.endSeconds = new long[partitions];
    }

    /** How many keys end some time. */
    public long keys() {
        return totals.keys;
    }

    /** In how many milliseconds they end on average; 0 if there are none, or all should have ended since they were seen. */
    public long averageLeftMillis(long atMillis) {
        Totals now = totals;
        return now.keys == 0 ? 0 : Math.max(0, now.endSeconds / now.keys * MILLIS - atMillis);
    }

    /** The time by which what follows is judged. */
    void at(long millis) {
        nowMillis = millis;
    }

    @Override
    public void visit(byte[] record) {
        long endMillis = Visible.endMillis(record, nowMillis, value);
        if (endMillis != 0) {
            keysHere++;
            endSecondsHere += Math.min(endMillis / MILLIS, END_SECONDS_MAX);
        }
    }

    /** The records since the last call were all of this partition: they take the place of those that were seen before. */
    void end(int partition) {
        if (keysHere != keys[partition] || endSecondsHere != endSeconds[partition]) {
            totals = new Totals(
                    totals.keys + keysHere - keys[partition],
                    totals.endSeconds + endSecondsHere - endSeconds[partition]);
            keys[partition] = keysHere;
            endSeconds[partition] = endSecondsHere;
        }
        keysHere = 0;
        endSecondsHere = 0;
    }
}
