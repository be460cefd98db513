package io.kvorum.storage.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.Transaction;
import org.jspecify.annotations.Nullable;

/** Keeps changes until the commit, which makes them in the order of their keys. */
final class XodusBatch implements CheckpointStore.Batch {
    private final XodusSession session;
    private final List<Change> changes = new ArrayList<>();
    private final SortedSet<Integer> cleared = new TreeSet<>();
    private final SortedMap<String, byte[]> meta = new TreeMap<>();
    private boolean ascending = true;
    private boolean ended;

    XodusBatch(XodusSession session) {
        this.session = session;
    }

    @Override
    public void put(int partition, long positionHigh, byte[] record) {
        add(new Change(Entries.keyOf(partition, positionHigh, record), record));
    }

    @Override
    public void remove(int partition, long positionHigh, byte[] key) {
        add(new Change(Entries.key(partition, positionHigh, key, 0, key.length), null));
    }

    @Override
    public void clear(int partition) {
        cleared.add(partition);
    }

    @Override
    public void meta(String name, byte[] value) {
        if (value.length > CheckpointStore.META_BYTES_MAX
                || name.getBytes(StandardCharsets.UTF_8).length > Entries.NAME_BYTES_MAX) {
            throw new IllegalArgumentException("meta " + name.length() + " chars, " + value.length + " bytes");
        }
        meta.put(name, value);
    }

    @Override
    public void commit() throws IOException {
        if (ended) {
            throw new IllegalStateException("the batch has ended");
        }
        ended = true;
        if (!ascending) {
            // Stable: of two changes of one key the later is made later.
            changes.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
        }
        session.writing(this::change);
    }

    @Override
    public void close() {
        ended = true;
        changes.clear();
    }

    private void add(Change change) {
        if (ended) {
            throw new IllegalStateException("the batch has ended");
        }
        if (ascending && !changes.isEmpty()) {
            ascending = Arrays.compareUnsigned(changes.get(changes.size() - 1).key, change.key) <= 0;
        }
        changes.add(change);
    }

    private void change(Transaction transaction) {
        for (int partition : cleared) {
            clear(session.records(), partition, transaction);
            clear(session.parts(), partition, transaction);
        }
        boolean anyParts = session.parts().count(transaction) > 0;
        for (Change change : changes) {
            ArrayByteIterable key = new ArrayByteIterable(change.key);
            int parts = 0;
            byte[] record = change.record;
            if (record == null) {
                session.records().delete(transaction, key);
            } else {
                parts = Entries.partCount(record);
                session.records()
                        .put(transaction, key, parts == 0 ? Entries.value(record) : Entries.valueInParts(record));
                for (int i = 0; i < parts; i++) {
                    session.parts().put(transaction, Entries.partKey(change.key, i), Entries.part(record, i));
                }
                anyParts |= parts > 0;
            }
            if (anyParts) {
                deleteParts(change.key, parts, transaction);
            }
        }
        for (Map.Entry<String, byte[]> entry : meta.entrySet()) {
            session.meta().put(transaction, Entries.name(entry.getKey()), new ArrayByteIterable(entry.getValue()));
        }
    }

    /** Deletes the parts that a longer record of the key had. */
    private void deleteParts(byte[] key, int from, Transaction transaction) {
        int index = from;
        while (session.parts().delete(transaction, Entries.partKey(key, index))) {
            index++;
        }
    }

    private static void clear(Store store, int partition, Transaction transaction) {
        ArrayByteIterable prefix = new ArrayByteIterable(Entries.partitionPrefix(partition));
        // Of the snapshot, so that the cursor need not follow what is deleted under it.
        Transaction before = transaction.getReadonlySnapshot();
        try (Cursor cursor = store.openCursor(before)) {
            ByteIterable value = cursor.getSearchKeyRange(prefix);
            boolean found = value != null;
            while (found) {
                byte[] key = Entries.bytes(cursor.getKey());
                if (Entries.partition(key) != partition) {
                    break;
                }
                store.delete(transaction, new ArrayByteIterable(key));
                found = cursor.getNext();
            }
        } finally {
            before.abort();
        }
    }

    private record Change(byte[] key, byte @Nullable [] record) {}
}
