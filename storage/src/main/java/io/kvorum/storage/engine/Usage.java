package io.kvorum.storage.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all copies of an engine hold together. Each copy adds its changes under its own lock, and the sums are read
 * without. The bound is held against records: copies that change at the same moment, a table that grows and the sums of
 * a copy that gets its first record may pass it by that much.
 */
final class Usage {
    private final long maxMemoryBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder records = new LongAdder();
    private final LongAdder tombstones = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** With a bound in bytes, or 0 for none. */
    Usage(long maxMemoryBytes) {
        this.maxMemoryBytes = maxMemoryBytes;
    }

    /** Whether so many more bytes would pass the bound; counts it if they would. */
    boolean refuses(long moreBytes) {
        if (maxMemoryBytes == 0 || moreBytes <= 0 || bytes.get() + moreBytes <= maxMemoryBytes) {
            return false;
        }
        refused.increment();
        return true;
    }

    void changeBytes(long by) {
        if (by != 0) {
            bytes.getAndAdd(by);
        }
    }

    void changeRecords(int by) {
        if (by != 0) {
            records.add(by);
        }
    }

    void changeTombstones(int by) {
        if (by != 0) {
            tombstones.add(by);
        }
    }

    long maxMemoryBytes() {
        return maxMemoryBytes;
    }

    long bytes() {
        return bytes.get();
    }

    long records() {
        return records.sum();
    }

    long live() {
        return records.sum() - tombstones.sum();
    }

    long refused() {
        return refused.sum();
    }
}
