package io.kvorum.storage.engine;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.table.MerkleSums;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.StampClock;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The engine without a disk. What it holds ends with the process: every copy starts empty, unsettled, and under an
 * actor that no earlier life has used, and no change is ever durable.
 *
 * <p>When memory is full it refuses changes that take more, as Redis does without eviction: reads, deletes and whatever
 * makes a record smaller go on.
 */
public final class MemoryEngine implements StorageEngine {
    private static final PartitionCopy[] NONE = {};

    private final int partitions;
    private final PositionFunction positions;
    private final StampClock clock;
    private final RandomGenerator random;
    private final Usage usage;

    /** {@link #NONE} before start and after close. Volatile: set by the thread that starts, read by all. */
    private volatile PartitionCopy[] copies = NONE;

    private boolean started;

    /**
     * An engine, not yet started.
     *
     * @param partitions of the ring: a power of two up to 16384
     * @param maxMemoryBytes bound of records, tables and sums together, or 0 for none
     * @param random for actors; used by this engine alone
     */
    public MemoryEngine(
            int partitions, long maxMemoryBytes, PositionFunction positions, StampClock clock, RandomGenerator random) {
        if (maxMemoryBytes < 0) {
            throw new IllegalArgumentException("max-memory: " + maxMemoryBytes);
        }
        this.partitions = partitions;
        this.positions = positions;
        this.clock = clock;
        this.random = random;
        this.usage = new Usage(maxMemoryBytes);
    }

    @Override
    public synchronized void start() {
        if (started) {
            throw new IllegalStateException("engine was started before");
        }
        started = true;
        PartitionCopy[] made = new PartitionCopy[partitions];
        for (int i = 0; i < partitions; i++) {
            made[i] = new PartitionCopy(i, partitions, positions, clock, this::newActor, usage);
        }
        copies = made;
    }

    @Override
    public synchronized void close() {
        started = true;
        copies = NONE;
    }

    @Override
    public int partitions() {
        return partitions;
    }

    @Override
    public byte @Nullable [] read(int partition, int tableHash, byte[] key, int offset, int length) {
        return copy(partition).read(tableHash, key, offset, length);
    }

    @Override
    public long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        return copy(partition).update(positionHigh, key, offset, length, mutation) ? 0 : REFUSED_MEMORY;
    }

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public void whenDurable(long ticket, DurableCallback callback) {
        callback.complete(ticket, false);
    }

    @Override
    public long actor(int partition) {
        return copy(partition).actor();
    }

    @Override
    public long retireActor(int partition) {
        return copy(partition).retireActor();
    }

    @Override
    public boolean isSettled(int partition) {
        return copy(partition).isSettled();
    }

    @Override
    public void settle(int partition) {
        copy(partition).settle();
    }

    @Override
    public void drop(int partition) {
        copy(partition).drop();
    }

    @Override
    public void flush(int partition, long upToStamp) {
        copy(partition).flush(upToStamp);
    }

    @Override
    public long newestStamp() {
        long newest = 0;
        for (PartitionCopy copy : copies) {
            newest = Math.max(newest, copy.newestStamp());
        }
        return newest;
    }

    @Override
    public long flushedUpTo(int partition) {
        return copy(partition).flushedUpTo();
    }

    @Override
    public long scan(int partition, long cursor, int count, RecordVisitor visitor) {
        return copy(partition).scan(cursor, count, visitor);
    }

    @Override
    public long scanLeaf(int partition, int leaf, long cursor, int count, RecordVisitor visitor) {
        return copy(partition).scanLeaf(Objects.checkIndex(leaf, leafCount()), cursor, count, visitor);
    }

    @Override
    public int leafCount() {
        return MerkleSums.leafCount(partitions);
    }

    @Override
    public long root(int partition) {
        return copy(partition).root();
    }

    @Override
    public long leaf(int partition, int leaf) {
        return copy(partition).leaf(Objects.checkIndex(leaf, leafCount()));
    }

    @Override
    public long[] leaves(int partition) {
        return copy(partition).leaves();
    }

    @Override
    public int recordCount(int partition) {
        return copy(partition).recordCount();
    }

    @Override
    public long recordCount() {
        return usage.records();
    }

    @Override
    public int liveCount(int partition) {
        return copy(partition).liveCount();
    }

    @Override
    public long liveCount() {
        return usage.live();
    }

    @Override
    public long usedBytes(int partition) {
        return copy(partition).usedBytes();
    }

    @Override
    public long usedBytes() {
        return usage.bytes();
    }

    @Override
    public long maxMemoryBytes() {
        return usage.maxMemoryBytes();
    }

    @Override
    public long refusedForMemoryCount() {
        return usage.refused();
    }

    private PartitionCopy copy(int partition) {
        PartitionCopy[] all = copies;
        if (all == NONE) {
            throw new IllegalStateException("engine is not running");
        }
        return all[partition];
    }

    /** Under a lock of its own, since copies draw independently and a generator is for one thread. */
    private long newActor() {
        synchronized (random) {
            long actor = random.nextLong();
            while (actor == 0) {
                actor = random.nextLong();
            }
            return actor;
        }
    }
}
