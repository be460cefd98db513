package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.journal.JournalSettings;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What a {@link JournaledEngine} works with.
 *
 * @param disk where the journal is
 * @param journalDirectory its directory, used by nobody else
 * @param identity names node and cluster: a journal of another is refused
 * @param journal how the journal is kept
 * @param store what the checkpoint goes to; closed with the engine
 * @param checkpoint how the checkpoint follows
 * @param journalThread forces and prepares the journal
 * @param writingThread writes the journal's entries to its files
 * @param checkpointThread writes the checkpoint
 * @param reading runs reads of the store off all other threads; false if too many wait
 * @param loaders load the copies at the start
 * @param continuity what is known of the data
 * @param salvage whether to go on without what is damaged in the journal
 * @param doubt notes on disk that what this life holds is in doubt, should it be cut off; may throw {@link
 *     java.io.UncheckedIOException}
 * @param observer told of the background's doings
 */
public record JournaledParts(
        Disk disk,
        Path journalDirectory,
        UUID identity,
        JournalSettings journal,
        CheckpointStore store,
        CheckpointSettings checkpoint,
        Background journalThread,
        Background writingThread,
        Background checkpointThread,
        Predicate<Runnable> reading,
        LoadWorkers loaders,
        Continuity continuity,
        boolean salvage,
        Runnable doubt,
        EngineObserver observer) {}
