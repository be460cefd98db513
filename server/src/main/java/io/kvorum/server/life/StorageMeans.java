package io.kvorum.server.life;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.engine.LoadWorkers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What a node's storage runs on: a process brings threads and Xodus, the simulator its own.
 *
 * @param stores opens the checkpoint store
 * @param journalThread forces the journal and moves the clock's bound
 * @param writingThread writes the journal's entries to its files
 * @param checkpointThread writes the checkpoint
 * @param hintThread writes the hints
 * @param reading reads values from the checkpoint store for requests; false if too many wait
 * @param loaders load the copies at the start
 * @param endThreads ends the threads, and returns when they run no more
 */
public record StorageMeans(
        StoreOpener stores,
        Background journalThread,
        Background writingThread,
        Background checkpointThread,
        Background hintThread,
        Predicate<Runnable> reading,
        LoadWorkers loaders,
        Runnable endThreads) {
    /** Opens a checkpoint store: the records' or the hints'. */
    @FunctionalInterface
    public interface StoreOpener {
        /** Opens the one in a directory, which is made if it is not there. */
        CheckpointStore open(Path directory) throws IOException;
    }
}
