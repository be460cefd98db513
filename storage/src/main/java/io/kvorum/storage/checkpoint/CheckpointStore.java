package io.kvorum.storage.checkpoint;

import io.kvorum.storage.table.RecordVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a node as its last checkpoint left them: changed in batches, each of which is there whole or not at all
 * after any crash. Ordered by partition, position and key.
 *
 * <p>One batch at a time, by one thread; reads and scans by any thread beside it, each of which sees the store as some
 * commit left it. Every call may wait for the device. A method that throws has changed nothing; after a batch that failed the store
 * may need {@link #reopen()} before it does anything again.
 */
public interface CheckpointStore extends AutoCloseable {
    /** Longest value under a name: what is kept of the copies of the largest ring fits, and is far below a file of a log. */
    int META_BYTES_MAX = 512 << 10;

    /** Begins a batch of changes. The one before must have been committed or closed. */
    Batch begin() throws IOException;

    /**
     * Returns the record of a key, or null.
     *
     * @param positionHigh upper half of the key's position
     */
    byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length) throws IOException;

    /**
     * Visits the records of a partition in the order of their positions, from a position on, until so many were visited
     * and the next has another position.
     *
     * @param fromPositionHigh compared unsigned; 0 for the first
     * @param count at least 1
     * @return where to go on
     */
    Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) throws IOException;

    /** Returns what was put under a name, or null. */
    byte @Nullable [] meta(String name) throws IOException;

    /**
     * Frees space of what was replaced, for about so long; other calls go on beside it, but no batch is committed
     * meanwhile.
     *
     * @return false if there was nothing to do
     */
    boolean collect(long budgetNanos) throws IOException;

    /** Bytes on disk, with what was replaced and is not collected yet. */
    long diskBytes();

    /** Opens it anew after a failure, as the last commit left it. */
    void reopen() throws IOException;

    /** Ends use; what was committed stays. Works twice. */
    @Override
    void close() throws IOException;

    /**
     * Where a scan stopped.
     *
     * @param done whether all records were visited
     * @param nextPositionHigh where to go on, if not done
     */
    record Scan(boolean done, long nextPositionHigh) {
        /** Everything was visited. */
        public static final Scan DONE = new Scan(true, 0);
    }

    /** Changes that are made together. Fastest in ascending order of partition and position. One thread. */
    interface Batch extends AutoCloseable {
        /** Puts a record in place of the one that has its key. */
        void put(int partition, long positionHigh, byte[] record) throws IOException;

        /** Removes the record of a key, if there is one. */
        void remove(int partition, long positionHigh, byte[] key) throws IOException;

        /** Removes all records of a partition: those that the store had when the batch began. */
        void clear(int partition) throws IOException;

        /** Puts bytes, {@link #META_BYTES_MAX} at most, under a name, in place of those that had it. */
        void meta(String name, byte[] value) throws IOException;

        /** Makes all changes of the batch; when this returns they survive a crash of the machine. */
        void commit() throws IOException;

        /** Forgets the batch, unless it was committed. */
        @Override
        void close();
    }
}
