package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A process of its own that commits one generation after another until it is killed, and tells each. */
final class CommitLoop {
    /** Long enough for a log file to hold few generations. */
    static final int VALUE_BYTES = 5_000;

    static final int RECORDS = 100;

    private CommitLoop() {}

    /** Takes the directory of the store. */
    public static void main(String[] args) throws IOException {
        CheckpointStore store = XodusCheckpointStore.open(
                Disk.system(), Path.of(args[0]), XodusCheckpointStoreTest.CACHE_BYTES, System::nanoTime);
        long generation = generation(store);
        System.out.println("opened");
        while (true) {
            generation++;
            commit(store, generation);
            System.out.println(generation);
            store.collect(1);
        }
    }

    static void commit(CheckpointStore store, long generation) throws IOException {
        CheckpointStoreContract.commit(store, batch -> {
            for (int i = 0; i < RECORDS; i++) {
                batch.put(0, i, CheckpointRecords.record(i, generation, VALUE_BYTES));
            }
            batch.meta("generation", CheckpointRecords.key(generation));
        });
    }

    static long generation(CheckpointStore store) throws IOException {
        byte[] bytes = store.meta("generation");
        return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
    }
}
