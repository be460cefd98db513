package io.kvorum.server.transfer;

import java.util.concurrent.atomic.LongAdder;

/** What transfers did since the start, and what is left. Written by the control thread, read by any. */
public final class TransferCounters {
    private final LongAdder settled = new LongAdder();
    private final LongAdder consented = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private volatile long pending;
    private volatile long underWay;
    private volatile long records;
    private volatile long bytes;

    void settled(int partitions) {
        settled.add(partitions);
    }

    void consented(int partitions) {
        consented.add(partitions);
    }

    void copyDropped() {
        dropped.increment();
    }

    void left(int newPending, int newUnderWay) {
        pending = newPending;
        underWay = newUnderWay;
    }

    void came(long newRecords, long newBytes) {
        records = newRecords;
        bytes = newBytes;
    }

    /** Partitions that this node took over, or saw let go of. */
    public long settled() {
        return settled.sum();
    }

    /** Partitions that this node gave up. */
    public long consented() {
        return consented.sum();
    }

    /** Copies that were dropped because their partition belongs to others now. */
    public long dropped() {
        return dropped.sum();
    }

    /** Partitions that are to come to this node. */
    public long pending() {
        return pending;
    }

    /** Those of them that are on their way now. */
    public long underWay() {
        return underWay;
    }

    /** Records that came, pulled or fetched. */
    public long records() {
        return records;
    }

    /** Bytes of records that came. */
    public long bytes() {
        return bytes;
    }
}
