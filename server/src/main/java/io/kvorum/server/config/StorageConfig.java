package io.kvorum.server.config;

import io.kvorum.storage.engine.CheckpointSettings;
import io.kvorum.storage.journal.SyncPolicy;
import java.nio.file.Path;

/**
 * What a node keeps, and how much of it.
 *
 * @param dataDirectory where the node keeps its identity, the cluster's history, and records
 * @param engine where records are kept
 * @param memoryBytesMax how many bytes of records may be kept in memory; 0 for no limit
 * @param eviction whether the engine in memory is a cache
 * @param tombstoneGraceMillis how long what was deleted is remembered
 * @param sync when the journal is forced to the disk
 * @param segmentBytes size of a file of the journal
 * @param checkpoint how the checkpoint follows
 * @param hintBytesMax how many bytes of records may be kept for other nodes
 */
public record StorageConfig(
        Path dataDirectory,
        Engine engine,
        long memoryBytesMax,
        boolean eviction,
        long tombstoneGraceMillis,
        SyncPolicy sync,
        int segmentBytes,
        CheckpointSettings checkpoint,
        long hintBytesMax) {
    /** Where records are kept. */
    public enum Engine {
        /** In memory and on disk: a journal, and Xodus for what stands in it. */
        XODUS,
        /** In memory alone: what no other node holds is gone when this one stops. */
        MEMORY
    }
}
