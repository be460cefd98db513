package io.kvorum.storage.hint;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Callbacks;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hints on disk, in a database of their own. Changes wait in a bounded queue for the store's thread, which makes those that
 * wait in one batch: it reads what is there, merges, commits, and then answers all of them. So what was answered as kept
 * survives the loss of power, whatever {@code sync} says, and the cost of forcing is shared by those that come together.
 *
 * <pre>
 *   put, remove ──► queue ──► read, merge, commit ──► answers
 *                     └─ full ──► BUSY                  └─ disk failed ──► FAILED; opened anew before the next batch
 * </pre>
 *
 * <p>The numbers of each target change in the same batch, so that no start counts. Reads go to the database beside the
 * batches, on threads for that. The queue is behind a lock, held for no work, because any loop brings hints and none may
 * wait.
 */
public final class DurableHintStore implements HintStore {
    private static final int BATCH_CHANGES_MAX = 1_000;
    private static final int BATCH_BYTES_MAX = 8 << 20;
    private static final int QUEUE_CHANGES_MAX = 10_000;
    private static final int QUEUE_BYTES_MAX = 32 << 20;
    private static final int COLLECT_AFTER_BYTES = 4 << 20;
    private static final long COLLECT_NANOS = 20_000_000;
    private static final long COLLECT_PAUSE_NANOS = 200_000_000;

    private final CheckpointStore store;
    private final Background thread;
    private final Predicate<Runnable> readers;
    private final long bytesMax;
    private final VersionObserver observer;
    private final Object lock = new Object();

    /** Guarded by the lock, as are the next three. */
    private final ArrayDeque<Change> queue = new ArrayDeque<>();

    private long queuedBytes;
    private boolean running;
    private boolean closed;

    /** Whether it is not known what the last batch left. Changed by the store's thread alone. */
    private volatile boolean mustReopen;

    /** Of the store's thread alone. */
    private long bytesSinceCollected;

    /** Volatile: changed by the store's thread, read by whoever wants to know. */
    private volatile HintTargets targets;

    /** One hint's change, and what follows from it. */
    private abstract static class Change {
        final UUID target;
        final Place place;
        final byte[] record;

        Change(UUID target, Place place, byte[] record) {
            this.target = target;
            this.place = place;
            this.record = record;
        }

        /** Makes it part of the batch. */
        abstract void make(Changing batch) throws IOException;

        /** Tells what became of it. */
        abstract void answer(boolean committed);
    }

    private DurableHintStore(
            CheckpointStore store,
            HintTargets targets,
            Background thread,
            Predicate<Runnable> readers,
            long bytesMax,
            VersionObserver observer) {
        this.store = store;
        this.targets = targets;
        this.thread = thread;
        this.readers = readers;
        this.bytesMax = bytesMax;
        this.observer = observer;
    }

    /**
     * Takes over a database of hints; the store is closed with it.
     *
     * @param cluster that the hints belong to
     * @param thread makes the batches
     * @param readers runs reads, off the event loops; false if too many wait
     * @param bytesMax of all records
     * @param observer told of what merges find
     * @throws IOException if it cannot be read, or has another cluster's hints
     */
    public static DurableHintStore open(
            CheckpointStore store,
            UUID cluster,
            Background thread,
            Predicate<Runnable> readers,
            long bytesMax,
            VersionObserver observer)
            throws IOException {
        HintTargets targets = targetsOf(store, cluster);
        if (!targets.cluster().equals(cluster)) {
            throw new IOException("the hints are of cluster " + targets.cluster() + ", and this is cluster " + cluster
                    + ": put the right directory back, or move the hints away");
        }
        return new DurableHintStore(store, targets, thread, readers, bytesMax, observer);
    }

    private static HintTargets targetsOf(CheckpointStore store, UUID cluster) throws IOException {
        byte[] stored = store.meta(HintTargets.NAME);
        return stored == null ? HintTargets.none(cluster) : HintTargets.decode(stored);
    }

    @Override
    public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
        boolean queued = enqueue(new Put(target, Place.of(positionHigh, record), record, callback));
        if (!queued) {
            callback.done(Outcome.BUSY);
        }
    }

    @Override
    public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
        boolean queued = enqueue(new Remove(target, Place.of(positionHigh, record), record, callback));
        if (!queued) {
            callback.done(false);
        }
    }

    @Override
    public void read(long positionHigh, byte[] key, ReadCallback callback) {
        if (isEmpty() || !readers.test(() -> readAndTell(positionHigh, key, callback))) {
            callback.read(null);
        }
    }

    @Override
    public void scan(UUID target, long fromPositionHigh, int bytesMost, ScanCallback callback) {
        if (!readers.test(() -> scanAndTell(target, fromPositionHigh, bytesMost, callback))) {
            callback.scanned(null);
        }
    }

    @Override
    public List<Usage> usage() {
        return targets.used();
    }

    @Override
    public boolean isBusy() {
        synchronized (lock) {
            if (mustReopen) {
                // Who asks waits for an answer: it is looked at again, though nothing is to be changed.
                run();
            }
            return running || mustReopen;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            queue.clear();
        }
        try {
            store.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean enqueue(Change change) {
        synchronized (lock) {
            boolean full = queue.size() >= QUEUE_CHANGES_MAX
                    || (!queue.isEmpty() && queuedBytes + change.record.length > QUEUE_BYTES_MAX);
            if (closed || full) {
                return false;
            }
            queue.add(change);
            queuedBytes += change.record.length;
            run();
            return true;
        }
    }

    /** Under the lock. */
    private void run() {
        if (!running && !closed) {
            running = true;
            thread.execute(this::turn);
        }
    }

    private List<Change> take() {
        List<Change> taken = new ArrayList<>();
        synchronized (lock) {
            long bytes = 0;
            while (!queue.isEmpty() && taken.size() < BATCH_CHANGES_MAX && bytes < BATCH_BYTES_MAX) {
                Change next = queue.remove();
                bytes += next.record.length;
                taken.add(next);
            }
            queuedBytes -= bytes;
        }
        return taken;
    }

    /** One batch; then the next, or rest. */
    private void turn() {
        List<Change> changes = take();
        boolean committed = false;
        try {
            committed = commit(changes);
        } finally {
            try {
                answer(changes, committed);
            } finally {
                goOn();
            }
        }
    }

    private void goOn() {
        synchronized (lock) {
            running = !queue.isEmpty() && !closed;
            if (running) {
                thread.execute(this::turn);
            }
        }
    }

    private static void answer(List<Change> changes, boolean committed) {
        Callbacks.tellEach(changes, change -> change.answer(committed));
    }

    private boolean commit(List<Change> changes) {
        boolean ended = false;
        try {
            if (mustReopen) {
                store.reopen();
                // What failed may be on disk all the same.
                targets = targetsOf(store, targets.cluster());
                mustReopen = false;
            }
            if (!changes.isEmpty()) {
                make(changes);
            }
            ended = true;
        } catch (IOException disk) {
            // Whoever asked is told, and tries elsewhere or again.
            ended = false;
        } finally {
            mustReopen |= !ended;
        }
        return ended;
    }

    private void make(List<Change> changes) throws IOException {
        try (CheckpointStore.Batch batch = store.begin()) {
            Changing changing = new Changing(batch);
            for (Change change : changes) {
                change.make(changing);
            }
            changing.commit();
        }
    }

    private void collectSoon(long bytes) {
        bytesSinceCollected += bytes;
        if (bytesSinceCollected >= COLLECT_AFTER_BYTES) {
            bytesSinceCollected = 0;
            thread.schedule(COLLECT_PAUSE_NANOS, this::collect);
        }
    }

    /** Frees the room of what went, a little at a time: changes do not wait long. */
    private void collect() {
        boolean more = false;
        try {
            more = !mustReopen && store.collect(COLLECT_NANOS);
        } catch (IOException disk) {
            mustReopen = true;
        }
        if (more) {
            thread.schedule(COLLECT_PAUSE_NANOS, this::collect);
        }
    }

    /** Whatever ends it, who asked is told: a bug must not have them wait for ever. */
    private void readAndTell(long positionHigh, byte[] key, ReadCallback callback) {
        byte[] record = null;
        try {
            record = readNow(positionHigh, key);
        } finally {
            callback.read(record);
        }
    }

    private byte @Nullable [] readNow(long positionHigh, byte[] key) {
        HintTargets now = targets;
        byte[] merged = null;
        try {
            for (int slot = 0; slot < now.slots(); slot++) {
                byte[] record = now.isEmpty(slot) ? null : store.read(slot, positionHigh, key, 0, key.length);
                if (record != null) {
                    merged = merged == null ? record : Merge.merge(merged, record, observer);
                }
            }
            return merged;
        } catch (IOException disk) {
            return null;
        }
    }

    /** As {@link #readAndTell}: a handoff goes on when it is told. */
    private void scanAndTell(UUID target, long fromPositionHigh, int bytesMost, ScanCallback callback) {
        Part part = null;
        try {
            part = scanNow(target, fromPositionHigh, bytesMost);
        } finally {
            callback.scanned(part);
        }
    }

    private @Nullable Part scanNow(UUID target, long fromPositionHigh, int bytesMost) {
        List<byte[]> records = new ArrayList<>();
        int slot = targets.slot(target);
        if (slot < 0) {
            return new Part(records, true, 0);
        }
        long[] bytes = new long[1];
        long next = fromPositionHigh;
        try {
            do {
                CheckpointStore.Scan scan = store.scan(slot, next, 1, record -> {
                    records.add(record);
                    bytes[0] += record.length;
                });
                if (scan.done()) {
                    return new Part(records, true, 0);
                }
                next = scan.nextPositionHigh();
            } while (bytes[0] < bytesMost);
            return new Part(records, false, next);
        } catch (IOException disk) {
            return null;
        }
    }

    /** A batch as it grows: what it has changed counts for the changes after it. */
    private final class Changing {
        private final CheckpointStore.Batch batch;

        /** By slot and place: what the batch left there; empty where it left nothing. */
        private final Map<Map.Entry<Integer, Place>, Optional<byte[]>> changed = new HashMap<>();

        private HintTargets after = targets;
        private long bytesWritten;

        Changing(CheckpointStore.Batch batch) {
            this.batch = batch;
        }

        byte @Nullable [] read(int slot, Place place) throws IOException {
            Optional<byte[]> inBatch = changed.get(Map.entry(slot, place));
            return inBatch != null
                    ? inBatch.orElse(null)
                    : store.read(slot, place.positionHigh(), place.key(), 0, place.key().length);
        }

        Outcome put(UUID target, Place place, byte[] record) throws IOException {
            int slot = after.slot(target);
            byte[] before = slot < 0 ? null : read(slot, place);
            byte[] merged = before == null ? record : Merge.merge(before, record, observer);
            if (before != null && Arrays.equals(merged, before)) {
                return Outcome.DURABLE;
            }
            int more = merged.length - (before == null ? 0 : before.length);
            if ((more > 0 && more > bytesMax - after.bytes()) || (slot < 0 && after.isFull())) {
                return Outcome.FULL;
            }
            if (slot < 0) {
                after = after.with(target);
                slot = after.slot(target);
            }
            batch.put(slot, place.positionHigh(), merged);
            changed.put(Map.entry(slot, place), Optional.of(merged));
            after = after.with(slot, after.usage(slot).with(record, before == null ? 1 : 0, more));
            bytesWritten += merged.length;
            return Outcome.DURABLE;
        }

        boolean remove(UUID target, Place place, byte[] record) throws IOException {
            int slot = after.slot(target);
            if (slot < 0 || !Arrays.equals(read(slot, place), record)) {
                return false;
            }
            batch.remove(slot, place.positionHigh(), RecordBytes.key(record));
            changed.put(Map.entry(slot, place), Optional.empty());
            after = after.with(slot, after.usage(slot).without(record));
            bytesWritten += record.length;
            return true;
        }

        void commit() throws IOException {
            if (!changed.isEmpty()) {
                batch.meta(HintTargets.NAME, after.encode());
                batch.commit();
                targets = after;
                collectSoon(bytesWritten);
            }
        }
    }

    private static final class Put extends Change {
        private final PutCallback callback;
        private Outcome outcome = Outcome.FAILED;

        Put(UUID target, Place place, byte[] record, PutCallback callback) {
            super(target, place, record);
            this.callback = callback;
        }

        @Override
        void make(Changing batch) throws IOException {
            outcome = batch.put(target, place, record);
        }

        @Override
        void answer(boolean committed) {
            callback.done(committed ? outcome : Outcome.FAILED);
        }
    }

    private static final class Remove extends Change {
        private final RemoveCallback callback;
        private boolean removed;

        Remove(UUID target, Place place, byte[] record, RemoveCallback callback) {
            super(target, place, record);
            this.callback = callback;
        }

        @Override
        void make(Changing batch) throws IOException {
            removed = batch.remove(target, place, record);
        }

        @Override
        void answer(boolean committed) {
            callback.done(committed && removed);
        }
    }
}
