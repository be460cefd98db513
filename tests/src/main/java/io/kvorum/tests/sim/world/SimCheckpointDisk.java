package io.kvorum.tests.sim.world;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint store has on a machine's disk: the batches that were committed, whole, and nothing else, whatever ends
 * or fails in between. Lives as long as the machine; each process opens it anew.
 *
 * <p>It shares the disk's room and its troubles: a commit needs room for all that the batch puts and removes before what
 * it replaces is given back, and a force.
 */
public final class SimCheckpointDisk {
    private static final int OVERHEAD_BYTES = 16;
    private static final State EMPTY = new State(Collections.emptySortedMap(), Collections.emptySortedMap(), 0);

    private final SimDisk disk;
    private @Nullable SimCheckpointStore opened;
    private State state = EMPTY;

    /** A store with nothing in it. */
    public SimCheckpointDisk(SimDisk disk) {
        this.disk = disk;
        disk.holds(() -> state.bytes);
    }

    /**
     * Opens it for the process that runs now: when that ends, what was opened throws.
     *
     * @throws IOException if nothing can be written, or the process has it open already
     */
    public CheckpointStore open() throws IOException {
        disk.requireWritable();
        if (opened != null && opened.isOpen()) {
            throw new IOException("the store is open already");
        }
        opened = new SimCheckpointStore(this);
        return opened;
    }

    /** Loses everything, for good; no process runs. */
    public void lose() {
        state = EMPTY;
    }

    /** Visits every record that was committed. */
    public void forEach(RecordVisitor visitor) {
        for (NavigableMap<Place, byte[]> records : state.partitions.values()) {
            records.values().forEach(visitor::visit);
        }
    }

    SimDisk disk() {
        return disk;
    }

    /** What was committed last; never changed. */
    State state() {
        return state;
    }

    /** Makes changes durable, or throws and makes none. */
    void commit(Changes changes) throws IOException {
        disk.requireWritable();
        if (changes.bytes > Math.max(0, disk.room())) {
            throw new IOException("No space left on device");
        }
        if (disk.forceFails()) {
            throw new IOException("Input/output error");
        }
        state = changes.applyTo(state);
    }

    /** Where a record is: first by position, then by key. */
    record Place(long positionHigh, byte[] key) implements Comparable<Place> {
        static Place of(long positionHigh, byte[] record) {
            return new Place(positionHigh, RecordBytes.key(record));
        }

        /** The first of a position. */
        static Place first(long positionHigh) {
            return new Place(positionHigh, new byte[0]);
        }

        @Override
        public int compareTo(Place other) {
            int byPosition = Long.compareUnsigned(positionHigh, other.positionHigh);
            return byPosition != 0 ? byPosition : Arrays.compareUnsigned(key, other.key);
        }
    }

    /**
     * What a commit left.
     *
     * @param partitions records of each that has some
     * @param bytes of all of it
     */
    record State(
            SortedMap<Integer, NavigableMap<Place, byte[]>> partitions, SortedMap<String, byte[]> meta, long bytes) {
        NavigableMap<Place, byte[]> records(int partition) {
            return partitions.getOrDefault(partition, Collections.emptyNavigableMap());
        }
    }

    /** Changes that are not made yet. */
    static final class Changes {
        private final SortedMap<Integer, OfPartition> partitions = new TreeMap<>();
        private final SortedMap<String, byte[]> meta = new TreeMap<>();
        private long bytes;

        /** Those of a partition: what was there may all go first; a place without a record loses the one it has. */
        private static final class OfPartition {
            final SortedMap<Place, @Nullable Object> records = new TreeMap<>();
            boolean cleared;
        }

        void put(int partition, Place place, byte[] record) {
            of(partition).records.put(place, record);
            bytes += sizeOf(record);
        }

        void remove(int partition, Place place) {
            of(partition).records.put(place, null);
            bytes += OVERHEAD_BYTES;
        }

        void clear(int partition) {
            of(partition).cleared = true;
            bytes += OVERHEAD_BYTES;
        }

        void meta(String name, byte[] value) {
            meta.put(name, value);
            bytes += sizeOf(value);
        }

        private OfPartition of(int partition) {
            return partitions.computeIfAbsent(partition, none -> new OfPartition());
        }

        private State applyTo(State before) {
            SortedMap<Integer, NavigableMap<Place, byte[]>> all = new TreeMap<>(before.partitions);
            partitions.forEach((partition, changes) -> {
                NavigableMap<Place, byte[]> records =
                        changes.cleared ? new TreeMap<>() : new TreeMap<>(before.records(partition));
                changes.records.forEach((place, record) -> {
                    if (record instanceof byte[] put) {
                        records.put(place, put);
                    } else {
                        records.remove(place);
                    }
                });
                all.put(partition, records);
            });
            SortedMap<String, byte[]> named = new TreeMap<>(before.meta);
            named.putAll(meta);
            long sum =
                    named.values().stream().mapToLong(SimCheckpointDisk::sizeOf).sum();
            for (NavigableMap<Place, byte[]> records : all.values()) {
                sum += records.values().stream()
                        .mapToLong(SimCheckpointDisk::sizeOf)
                        .sum();
            }
            return new State(all, named, sum);
        }
    }

    private static long sizeOf(byte[] stored) {
        return (long) OVERHEAD_BYTES + stored.length;
    }
}
