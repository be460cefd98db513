package io.kvorum.tests.sim.bug;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.table.RecordVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A checkpoint store in front of another, for bugs that change a part of what it does. */
class ForwardingStore implements CheckpointStore {
    private final CheckpointStore store;

    ForwardingStore(CheckpointStore store) {
        this.store = store;
    }

    @Override
    public Batch begin() throws IOException {
        return store.begin();
    }

    @Override
    public byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length)
            throws IOException {
        return store.read(partition, positionHigh, key, offset, length);
    }

    @Override
    public Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) throws IOException {
        return store.scan(partition, fromPositionHigh, count, visitor);
    }

    @Override
    public byte @Nullable [] meta(String name) throws IOException {
        return store.meta(name);
    }

    @Override
    public boolean collect(long budgetNanos) throws IOException {
        return store.collect(budgetNanos);
    }

    @Override
    public long diskBytes() {
        return store.diskBytes();
    }

    @Override
    public void reopen() throws IOException {
        store.reopen();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** A batch in front of another. */
    static class ForwardingBatch implements Batch {
        private final Batch batch;

        ForwardingBatch(Batch batch) {
            this.batch = batch;
        }

        @Override
        public void put(int partition, long positionHigh, byte[] record) throws IOException {
            batch.put(partition, positionHigh, record);
        }

        @Override
        public void remove(int partition, long positionHigh, byte[] key) throws IOException {
            batch.remove(partition, positionHigh, key);
        }

        @Override
        public void clear(int partition) throws IOException {
            batch.clear(partition);
        }

        @Override
        public void meta(String name, byte[] value) throws IOException {
            batch.meta(name, value);
        }

        @Override
        public void commit() throws IOException {
            batch.commit();
        }

        @Override
        public void close() {
            batch.close();
        }
    }
}
