package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.table.RecordVisitor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in a log of Xodus, in a directory of its own. The log's files are ours ({@link LogFiles}): each page has a
 * sum that is compared when it is read, and a commit is one when the sums of all it wrote are on disk; the rest is cut
 * off at the next start. What Xodus itself would take for its last good state is not asked.
 *
 * <p>One tree has all records, by partition, position and key: one for each partition would cost Xodus a search through
 * the names of all of them for each that it cleans. A record is kept without its key, which stands before it anyway; one
 * that is longer than {@link Entries#PART_BYTES} is cut into parts, which stand in a tree of their own, for nothing in the
 * log may be longer than one of its files.
 *
 * <p>Xodus never cleans its log by itself here, only when {@link #collect} says so. Per store it has one thread, which
 * {@link #close} ends; three idle daemon threads ("Exodus shared timer thread", "Exodus shared deferred I/O job
 * processor", "threadJobProcessorPoolSpawner") it has per process and never ends.
 */
public final class XodusCheckpointStore implements CheckpointStore {
    private final Disk disk;
    private final Path directory;
    private final long cacheBytes;
    private final LongSupplier nanoClock;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /** Null while it is not open. Guarded by the lock: reads go on beside each other and a batch, but not beside reopen. */
    private @Nullable XodusSession session;

    private long sealedEnd = Long.MAX_VALUE;

    private XodusCheckpointStore(Disk disk, Path directory, long cacheBytes, LongSupplier nanoClock) {
        this.disk = disk;
        this.directory = directory;
        this.cacheBytes = cacheBytes;
        this.nanoClock = nanoClock;
    }

    /**
     * Opens what a directory has, or begins in an empty one. Nobody else may have it open: who calls holds a lock on it.
     *
     * @param cacheBytes bound of the cache of pages on the heap, at least 1 MiB
     * @param nanoClock measures the budget of {@link #collect}
     * @throws CheckpointDamagedException if it is not as it was left
     */
    public static XodusCheckpointStore open(Disk disk, Path directory, long cacheBytes, LongSupplier nanoClock)
            throws IOException {
        XodusCheckpointStore store = new XodusCheckpointStore(disk, directory, cacheBytes, nanoClock);
        store.reopen();
        return store;
    }

    @Override
    public Batch begin() throws IOException {
        lock.readLock().lock();
        try {
            return new XodusBatch(writable());
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length)
            throws IOException {
        byte[] entryKey = Entries.key(partition, positionHigh, key, offset, length);
        return reading((now, transaction) -> {
            ByteIterable value = now.records().get(transaction, new ArrayByteIterable(entryKey));
            return value == null ? null : Entries.record(now, transaction, entryKey, value);
        });
    }

    @Override
    public Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) throws IOException {
        Scan scan = reading((now, transaction) -> {
            try (Cursor cursor = now.records().openCursor(transaction)) {
                byte[] from = Entries.key(partition, fromPositionHigh, new byte[0], 0, 0);
                boolean found = cursor.getSearchKeyRange(new ArrayByteIterable(from)) != null;
                long last = fromPositionHigh;
                for (int visited = 0; found; visited++) {
                    byte[] key = Entries.bytes(cursor.getKey());
                    if (Entries.partition(key) != partition) {
                        break;
                    }
                    long positionHigh = Entries.positionHigh(key);
                    if (visited >= count && positionHigh != last) {
                        return new Scan(false, positionHigh);
                    }
                    last = positionHigh;
                    visit(visitor, Entries.record(now, transaction, key, cursor.getValue()));
                    found = cursor.getNext();
                }
                return Scan.DONE;
            }
        });
        return scan == null ? Scan.DONE : scan;
    }

    @Override
    public byte @Nullable [] meta(String name) throws IOException {
        return reading((now, transaction) -> {
            ByteIterable value = now.meta().get(transaction, Entries.name(name));
            return value == null ? null : Entries.bytes(value);
        });
    }

    @Override
    public boolean collect(long budgetNanos) throws IOException {
        lock.readLock().lock();
        try {
            return writable().collect(budgetNanos, nanoClock);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public long diskBytes() {
        lock.readLock().lock();
        try {
            XodusSession now = session;
            return now == null ? 0 : now.files().bytes();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void reopen() throws IOException {
        lock.writeLock().lock();
        try {
            IOException closing = null;
            try {
                closeSession(true);
            } catch (IOException abandoned) {
                // What is given up need not end in order; it matters only if the opening fails too.
                closing = abandoned;
            }
            try {
                // Cut where the log last was sealed: of a seal that failed nobody knows whether it is on disk.
                session = XodusSession.open(disk, directory, cacheBytes, sealedEnd);
            } catch (IOException opening) {
                if (closing != null) {
                    opening.addSuppressed(closing);
                }
                throw opening;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.writeLock().lock();
        try {
            XodusSession now = session;
            closeSession(now != null && now.failure() != null);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void closeSession(boolean abandon) throws IOException {
        XodusSession now = session;
        session = null;
        if (now != null) {
            sealedEnd = now.sealedEnd();
            now.close(abandon);
        }
    }

    private XodusSession writable() throws IOException {
        XodusSession now = opened();
        Throwable failure = now.failure();
        if (failure != null) {
            throw new IOException("the checkpoint in " + directory + " failed and must be reopened first", failure);
        }
        return now;
    }

    private XodusSession opened() throws IOException {
        XodusSession now = session;
        if (now == null) {
            throw new IOException("the checkpoint in " + directory + " is not open");
        }
        return now;
    }

    private static void visit(RecordVisitor visitor, byte[] record) {
        try {
            visitor.visit(record);
        } catch (RuntimeException thrown) {
            throw new XodusSession.VisitorThrew(thrown);
        }
    }

    private <T> @Nullable T reading(XodusSession.Reading<T> work) throws IOException {
        Lock read = lock.readLock();
        read.lock();
        try {
            XodusSession now = opened();
            return now.reading(work);
        } finally {
            read.unlock();
        }
    }
}
