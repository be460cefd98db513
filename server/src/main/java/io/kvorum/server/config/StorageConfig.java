package io.kvorum.server.config;

import java.nio.file.Path;

/**
 * What a node keeps, and how much of it.
 *
 * @param dataDirectory where the node keeps its identity and the cluster's history
 * @param engine where records are kept
 * @param memoryBytesMax how many bytes of records may be kept; 0 for no limit
 * @param tombstoneGraceMillis how long what was deleted is remembered
 */
public record StorageConfig(Path dataDirectory, Engine engine, long memoryBytesMax, long tombstoneGraceMillis) {
    /** Where records are kept. */
    public enum Engine {
        /** In memory alone: what no other node holds is gone when this one stops. */
        MEMORY
    }
}
