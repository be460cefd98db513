package io.kvorum.server.command.admin;

import io.kvorum.ring.NodeId;

/**
 * What does not change about a node while it runs.
 *
 * @param id its identity
 * @param name its name
 * @param version of Kvorum
 * @param redisVersion of Redis whose commands clients may expect
 * @param respPort where it listens for clients
 * @param engine where records are kept
 * @param transport how event loops drive sockets
 * @param ioThreads how many event loops there are
 * @param quorum what requests need that do not say so themselves
 * @param operatingSystem name, version and architecture
 * @param javaVersion of the runtime
 * @param processId in the operating system
 * @param configFile where properties were read from; empty if from no file
 */
public record NodeDescription(
        NodeId id,
        String name,
        String version,
        String redisVersion,
        int respPort,
        String engine,
        String transport,
        int ioThreads,
        QuorumDefaults quorum,
        String operatingSystem,
        String javaVersion,
        long processId,
        String configFile) {
    /**
     * The cluster's quorum defaults.
     *
     * @param r owners that a read hears
     * @param w owners that hold a write before its answer
     * @param dw owners that have a write on disk before its answer
     */
    public record QuorumDefaults(int r, int w, int dw) {}
}
