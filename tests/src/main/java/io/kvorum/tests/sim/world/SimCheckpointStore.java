package io.kvorum.tests.sim.world;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.tests.sim.world.SimCheckpointDisk.Changes;
import io.kvorum.tests.sim.world.SimCheckpointDisk.Place;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A checkpoint store as one process has it open. Ends with the process: whoever holds it then changes nothing. */
final class SimCheckpointStore implements CheckpointStore {
    private final SimCheckpointDisk disk;
    private final Object process;
    private @Nullable Changing open;
    private boolean needsReopening;
    private boolean closed;

    SimCheckpointStore(SimCheckpointDisk disk) {
        this.disk = disk;
        this.process = disk.disk().process();
    }

    @Override
    public Batch begin() throws IOException {
        requireOpen();
        if (open != null) {
            throw new IllegalStateException("a batch was begun before the last was committed or closed");
        }
        if (needsReopening) {
            throw new IOException("a commit failed, and the store was not opened anew");
        }
        open = new Changing();
        return open;
    }

    @Override
    public byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length)
            throws IOException {
        requireReadable();
        Place place = new Place(positionHigh, Arrays.copyOfRange(key, offset, offset + length));
        return copy(disk.state().records(partition).get(place));
    }

    @Override
    public Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) throws IOException {
        requireReadable();
        if (count < 1) {
            throw new IllegalArgumentException("a scan of " + count + " records");
        }
        int visited = 0;
        long lastHigh = fromPositionHigh;
        for (Map.Entry<Place, byte[]> each : disk.state()
                .records(partition)
                .tailMap(Place.first(fromPositionHigh), true)
                .entrySet()) {
            long positionHigh = each.getKey().positionHigh();
            if (visited >= count && positionHigh != lastHigh) {
                return new Scan(false, positionHigh);
            }
            lastHigh = positionHigh;
            visitor.visit(each.getValue().clone());
            visited++;
        }
        return Scan.DONE;
    }

    @Override
    public byte @Nullable [] meta(String name) throws IOException {
        requireReadable();
        return copy(disk.state().meta().get(name));
    }

    @Override
    public long diskBytes() {
        return disk.state().bytes();
    }

    @Override
    public boolean collect(long budgetNanos) {
        return false;
    }

    @Override
    public void reopen() throws IOException {
        requireOpen();
        disk.disk().requireWritable();
        open = null;
        needsReopening = false;
    }

    @Override
    public void close() {
        open = null;
        closed = true;
    }

    boolean isOpen() {
        return !closed && process.equals(disk.disk().process());
    }

    private void requireReadable() throws IOException {
        requireOpen();
        disk.disk().requireReadable();
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IllegalStateException("a store is used that is closed");
        }
        disk.disk().requireProcess(process);
    }

    private static byte @Nullable [] copy(byte @Nullable [] stored) {
        return stored == null ? null : stored.clone();
    }

    private final class Changing implements Batch {
        private final Changes changes = new Changes();

        @Override
        public void put(int partition, long positionHigh, byte[] record) throws IOException {
            requireUsable();
            changes.put(partition, Place.of(positionHigh, record), record.clone());
        }

        @Override
        public void remove(int partition, long positionHigh, byte[] key) throws IOException {
            requireUsable();
            changes.remove(partition, new Place(positionHigh, key.clone()));
        }

        @Override
        public void clear(int partition) throws IOException {
            requireUsable();
            changes.clear(partition);
        }

        @Override
        public void meta(String name, byte[] value) throws IOException {
            requireUsable();
            changes.meta(name, value.clone());
        }

        @Override
        public void commit() throws IOException {
            requireUsable();
            open = null;
            needsReopening = true;
            disk.commit(changes);
            needsReopening = false;
        }

        @Override
        public void close() {
            if (open == this) {
                open = null;
            }
        }

        private void requireUsable() throws IOException {
            requireOpen();
            if (open != this) {
                throw new IllegalStateException("a batch is used that was committed or closed");
            }
        }
    }
}
