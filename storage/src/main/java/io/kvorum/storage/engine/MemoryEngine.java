package io.kvorum.storage.engine;

import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.StampClock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The engine without a disk. What it holds ends with the process: every copy starts empty, unsettled, and under an
 * actor that no earlier life has used, and no change is ever durable.
 *
 * <p>When memory is full it refuses changes that take more, as Redis does without eviction: reads, deletes and whatever
 * makes a record smaller go on. As a cache it lets records go that are read least.
 */
public final class MemoryEngine extends CopiesEngine {
    private final boolean cache;

    /**
     * An engine, not yet started.
     *
     * @param partitions of the ring: a power of two up to 16384
     * @param maxMemoryBytes bound of records, tables and sums together, or 0 for none
     * @param random for actors; used by this engine alone
     */
    public MemoryEngine(
            int partitions, long maxMemoryBytes, PositionFunction positions, StampClock clock, RandomGenerator random) {
        this(partitions, maxMemoryBytes, positions, clock, random, false);
    }

    /**
     * An engine, not yet started.
     *
     * @param cache whether records that are read least go when memory is full, instead of changes being refused: then
     *     nothing vouches for a key that is not there
     */
    public MemoryEngine(
            int partitions,
            long maxMemoryBytes,
            PositionFunction positions,
            StampClock clock,
            RandomGenerator random,
            boolean cache) {
        super(partitions, maxMemoryBytes, positions, clock, random);
        this.cache = cache && maxMemoryBytes > 0;
    }

    @Override
    public void start() {
        begin();
        publish(newCopies(ChangeLog.NONE, cache ? TableKind.CACHED : TableKind.PLAIN, Pressure.NONE));
    }

    @Override
    public void close() {
        end();
    }

    /** Has no work of its own. */
    @Override
    public void pace(double share) {}

    @Override
    public boolean evicts() {
        return cache;
    }

    @Override
    public boolean hasStubs() {
        return false;
    }

    @Override
    public void fetch(int partition, long positionHigh, byte[] key, FetchCallback callback) {
        callback.fetched(read(partition, StorageEngine.tableHash(positionHigh), key, 0, key.length), true);
    }

    @Override
    public byte @Nullable [] readWhole(int partition, long positionHigh, byte[] key) {
        return read(partition, StorageEngine.tableHash(positionHigh), key, 0, key.length);
    }

    @Override
    public Durability durability() {
        return Durability.NONE;
    }

    @Override
    public void whenDurable(long ticket, DurableCallback callback) {
        callback.complete(ticket, false);
    }
}
