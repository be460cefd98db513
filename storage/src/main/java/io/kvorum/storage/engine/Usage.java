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
    private final LongAdder expiring = new LongAdder();

    /** Wraps where there are millions; what is left of all together does not, and comes out right all the same. */
    private final LongAdder endsMillis = new LongAdder();

    private final LongAdder dirty = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** With a bound in bytes, or 0 for none. */
    Usage(long maxMemoryBytes) {
        this.maxMemoryBytes = maxMemoryBytes;
    }

    /** Whether so many more bytes would pass the bound; counts it if they would. */
    boolean refuses(long moreBytes) {
        if (hasRoom(moreBytes)) {
            return false;
        }
        refused.increment();
        return true;
    }

    /** Whether so many more bytes stay within the bound. */
    boolean hasRoom(long moreBytes) {
        return maxMemoryBytes == 0 || moreBytes <= 0 || bytes.get() + moreBytes <= maxMemoryBytes;
    }

    /** Whether so much is used that more should be avoided. */
    boolean isShort() {
        return maxMemoryBytes != 0 && bytes.get() > lowBytes();
    }

    /** Whether so much is used that something should be set free. */
    boolean isVeryShort() {
        return maxMemoryBytes != 0 && bytes.get() > maxMemoryBytes - (maxMemoryBytes / 20);
    }

    private long lowBytes() {
        return maxMemoryBytes - (maxMemoryBytes / 10);
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

    void changeEnds(int countBy, long millisBy) {
        if (countBy != 0) {
            expiring.add(countBy);
        }
        if (millisBy != 0) {
            endsMillis.add(millisBy);
        }
    }

    void evicted() {
        evicted.increment();
    }

    long evictions() {
        return evicted.sum();
    }

    void changeDirty(int by) {
        if (by != 0) {
            dirty.add(by);
        }
    }

    long dirty() {
        return dirty.sum();
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

    long expiring() {
        return expiring.sum();
    }

    /** How long the values that end have left, on the average; 0 if there is none, or most have ended. */
    long meanLeftMillis(long nowMillis) {
        long count = expiring.sum();
        return count <= 0 ? 0 : Math.max(0, (endsMillis.sum() - count * nowMillis) / count);
    }

    long refused() {
        return refused.sum();
    }
}
