package io.kvorum.storage.engine;

import io.kvorum.storage.table.MerkleSums;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.StampClock;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What engines have in common: the copies of all partitions in memory. What becomes of changes beside that is the matter
 * of each.
 */
abstract class CopiesEngine implements StorageEngine {
    private static final PartitionCopy[] NONE = {};

    private final int partitions;
    private final PositionFunction positions;
    private final StampClock clock;
    private final RandomGenerator random;
    private final Usage usage;

    /** {@link #NONE} before start and after close. Volatile: set by the thread that starts, read by all. */
    private volatile PartitionCopy[] copies = NONE;

    private boolean started;

    CopiesEngine(
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

    /** Begins the one use of the engine. */
    final synchronized void begin() {
        if (started) {
            throw new IllegalStateException("engine was started before");
        }
        started = true;
    }

    /** New copies, each empty, unsettled and under a new actor. */
    final PartitionCopy[] newCopies(ChangeLog log, TableKind kind, Pressure pressure) {
        PartitionCopy[] made = new PartitionCopy[partitions];
        for (int i = 0; i < partitions; i++) {
            made[i] = new PartitionCopy(i, partitions, positions, clock, this::newActor, usage, log, kind, pressure);
        }
        return made;
    }

    /** From here on the engine is used with these copies. */
    final void publish(PartitionCopy[] made) {
        copies = made;
    }

    /** Ends use, if it ever began; returns whether it had. */
    final synchronized boolean end() {
        boolean ran = copies != NONE;
        started = true;
        copies = NONE;
        return ran;
    }

    /** The copies in use; none before and after. */
    final PartitionCopy[] copies() {
        return copies;
    }

    final Usage usage() {
        return usage;
    }

    @Override
    public final int partitions() {
        return partitions;
    }

    @Override
    public final byte @Nullable [] read(int partition, int tableHash, byte[] key, int offset, int length) {
        return copy(partition).read(tableHash, key, offset, length);
    }

    @Override
    public final long update(int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
        return copy(partition).update(positionHigh, key, offset, length, mutation);
    }

    @Override
    public final long actor(int partition) {
        return copy(partition).actor();
    }

    @Override
    public final long retireActor(int partition) {
        return copy(partition).retireActor();
    }

    @Override
    public final boolean isSettled(int partition) {
        return copy(partition).isSettled();
    }

    @Override
    public void distrust(int partition) {
        copy(partition).distrust();
    }

    @Override
    public final void settle(int partition) {
        copy(partition).settle();
    }

    @Override
    public final void drop(int partition) {
        if (!copy(partition).drop()) {
            throw new IllegalStateException("the disk takes nothing: partition " + partition + " was not dropped");
        }
    }

    @Override
    public final void beginFlush(int partition, long upToStamp) {
        copy(partition).beginFlush(upToStamp);
    }

    @Override
    public final void flush(int partition, long upToStamp) {
        copy(partition).flush(upToStamp);
    }

    @Override
    public final long newestStamp() {
        long newest = 0;
        for (PartitionCopy copy : copies) {
            newest = Math.max(newest, copy.newestStamp());
        }
        return newest;
    }

    @Override
    public final long flushedUpTo(int partition) {
        return copy(partition).flushedUpTo();
    }

    @Override
    public final long scan(int partition, long cursor, int count, RecordVisitor visitor) {
        return copy(partition).scan(cursor, count, visitor);
    }

    @Override
    public final long scanLeaf(int partition, int leaf, long cursor, int count, RecordVisitor visitor) {
        return copy(partition).scanLeaf(Objects.checkIndex(leaf, leafCount()), cursor, count, visitor);
    }

    @Override
    public final long sweep(int partition, long cursor, int count, Sweep sweep, RecordVisitor staying) {
        return copy(partition).sweep(cursor, count, sweep, staying);
    }

    @Override
    public final int leafCount() {
        return MerkleSums.leafCount(partitions);
    }

    @Override
    public final long root(int partition) {
        return copy(partition).root();
    }

    @Override
    public final long leaf(int partition, int leaf) {
        return copy(partition).leaf(Objects.checkIndex(leaf, leafCount()));
    }

    @Override
    public final long[] leaves(int partition) {
        return copy(partition).leaves();
    }

    @Override
    public final int recordCount(int partition) {
        return copy(partition).recordCount();
    }

    @Override
    public final long recordCount() {
        return usage.records();
    }

    @Override
    public final int liveCount(int partition) {
        return copy(partition).liveCount();
    }

    @Override
    public final long liveCount() {
        return usage.live();
    }

    @Override
    public final long usedBytes(int partition) {
        return copy(partition).usedBytes();
    }

    @Override
    public final long usedBytes() {
        return usage.bytes();
    }

    @Override
    public final long maxMemoryBytes() {
        return usage.maxMemoryBytes();
    }

    @Override
    public final long evictedCount() {
        return usage.evictions();
    }

    @Override
    public final long refusedForMemoryCount() {
        return usage.refused();
    }

    final PartitionCopy copy(int partition) {
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
