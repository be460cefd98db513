package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A checkpoint store that outlives engines, not the test; its commits may fail. */
final class MemoryStore implements CheckpointStore {
    private final Map<Integer, Map<byte[], byte[]>> partitions = new TreeMap<>();
    private final Map<String, byte[]> metas = new TreeMap<>();
    private int failuresLeft;
    private @Nullable Error commitError;
    private @Nullable Error collectError;
    private boolean broken;
    private boolean closed;
    int commits;

    void failCommits(int count) {
        failuresLeft = count;
    }

    /** The next commit ends with an error and, as any that fails, changes nothing. */
    void failCommit(Error error) {
        commitError = error;
    }

    /** The next time space is to be freed ends with an error. */
    void failCollect(Error error) {
        collectError = error;
    }

    boolean isClosed() {
        return closed;
    }

    int records() {
        return partitions.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public Batch begin() throws IOException {
        if (broken) {
            throw new IOException("to be opened anew");
        }
        List<Runnable> changes = new ArrayList<>();
        return new Batch() {
            @Override
            public void put(int partition, long positionHigh, byte[] record) {
                byte[] key = RecordBytes.key(record);
                changes.add(() -> of(partition).put(place(positionHigh, key), record.clone()));
            }

            @Override
            public void remove(int partition, long positionHigh, byte[] key) {
                changes.add(() -> of(partition).remove(place(positionHigh, key)));
            }

            @Override
            public void clear(int partition) {
                changes.add(() -> of(partition).clear());
            }

            @Override
            public void meta(String name, byte[] value) {
                changes.add(() -> metas.put(name, value.clone()));
            }

            @Override
            public void commit() throws IOException {
                Error error = commitError;
                if (error != null) {
                    commitError = null;
                    broken = true;
                    throw error;
                }
                if (failuresLeft > 0) {
                    failuresLeft--;
                    broken = true;
                    throw new IOException("no space left");
                }
                commits++;
                changes.forEach(Runnable::run);
            }

            @Override
            public void close() {
                changes.clear();
            }
        };
    }

    @Override
    public byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length) {
        if (broken) {
            throw new UncheckedIOException(new IOException("to be opened anew"));
        }
        byte[] copy = new byte[length];
        System.arraycopy(key, offset, copy, 0, length);
        return of(partition).get(place(positionHigh, copy));
    }

    @Override
    public Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) {
        int visited = 0;
        long last = 0;
        for (Map.Entry<byte[], byte[]> entry : of(partition).entrySet()) {
            long position = ByteBuffer.wrap(entry.getKey()).getLong();
            if (Long.compareUnsigned(position, fromPositionHigh) < 0) {
                continue;
            }
            if (visited >= count && position != last) {
                return new Scan(false, position);
            }
            visitor.visit(entry.getValue());
            visited++;
            last = position;
        }
        return Scan.DONE;
    }

    @Override
    public byte @Nullable [] meta(String name) {
        return metas.get(name);
    }

    @Override
    public long diskBytes() {
        return 0;
    }

    @Override
    public boolean collect(long budgetNanos) {
        Error error = collectError;
        if (error != null) {
            collectError = null;
            throw error;
        }
        return false;
    }

    @Override
    public void reopen() {
        broken = false;
    }

    @Override
    public void close() {
        closed = true;
        broken = false;
    }

    private Map<byte[], byte[]> of(int partition) {
        return partitions.computeIfAbsent(partition, none -> new TreeMap<>(Arrays::compareUnsigned));
    }

    private static byte[] place(long positionHigh, byte[] key) {
        return ByteBuffer.allocate(Long.BYTES + key.length)
                .putLong(positionHigh)
                .put(key)
                .array();
    }
}
