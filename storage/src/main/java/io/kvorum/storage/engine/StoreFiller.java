package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Fills an empty checkpoint store with records from elsewhere, so that the engine that starts on it has them in copies
 * which are unsettled and under new actors: nobody vouches that nothing is missing. One thread.
 *
 * <p>Whatever stops it half-way leaves a store that must not be started on; who calls sees to that.
 */
public final class StoreFiller {
    private final CheckpointStore store;
    private final int batchRecords;
    private final long batchBytes;
    private CheckpointStore.Batch batch;
    private int inBatch;
    private long bytesInBatch;
    private long records;

    /**
     * Begins to fill.
     *
     * @param batchRecords how many records are committed together at most
     * @param batchBytes how many bytes of records, beside the one that passes this
     * @throws IOException if the store is not empty, or the disk fails
     */
    public StoreFiller(CheckpointStore store, int batchRecords, long batchBytes) throws IOException {
        if (store.meta(CopiesMeta.NAME) != null) {
            throw new IOException("the checkpoint store that was to be filled is in use already");
        }
        this.store = store;
        this.batchRecords = batchRecords;
        this.batchBytes = batchBytes;
        this.batch = store.begin();
    }

    /** Puts a record; fastest in ascending order of partition and position. */
    public void put(int partition, long positionHigh, byte[] record) throws IOException {
        batch.put(partition, positionHigh, record);
        records++;
        inBatch++;
        bytesInBatch += record.length;
        if (inBatch >= batchRecords || bytesInBatch >= batchBytes) {
            batch.commit();
            batch = store.begin();
            inBatch = 0;
            bytesInBatch = 0;
        }
    }

    /**
     * Ends it: what was put survives a crash of the machine when this returns.
     *
     * @param flushedUpTo of each partition in turn, the newest stamp it was flushed up to; as many as the ring has
     * @param random draws the actors
     */
    public void finish(long[] flushedUpTo, RandomGenerator random) throws IOException {
        List<CopyState> states = new ArrayList<>(flushedUpTo.length);
        for (long upTo : flushedUpTo) {
            states.add(new CopyState(newActor(random), false, upTo));
        }
        batch.meta(CopiesMeta.NAME, new CopiesMeta(0, records, List.copyOf(states)).encode());
        batch.commit();
    }

    private static long newActor(RandomGenerator random) {
        long actor = random.nextLong();
        while (actor == 0) {
            actor = random.nextLong();
        }
        return actor;
    }
}
