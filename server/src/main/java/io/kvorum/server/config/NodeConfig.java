package io.kvorum.server.config;

import java.util.List;

/**
 * All that one node was told, checked and complete. {@link ConfigLoader} makes it. Its parts go to those who need them;
 * nobody but the composition root needs the whole.
 *
 * @param name the node's name
 * @param runtime event loops
 * @param cluster which cluster, and this node in it
 * @param replication quorums
 * @param client the Redis door
 * @param peer the connections between nodes
 * @param membership gossip and failure detection
 * @param storage what is kept
 * @param clock the hybrid clock
 * @param http health and metrics
 * @param log what is logged
 * @param settings every property as it is in effect, in the catalog's order
 */
public record NodeConfig(
        String name,
        RuntimeConfig runtime,
        ClusterConfig cluster,
        ReplicationConfig replication,
        ClientConfig client,
        PeerConfig peer,
        MembershipConfig membership,
        StorageConfig storage,
        ClockConfig clock,
        HttpConfig http,
        LogConfig log,
        List<Setting> settings) {
    /** Copies the list. */
    public NodeConfig {
        settings = List.copyOf(settings);
    }

    /**
     * One property as it is in effect.
     *
     * @param name the property
     * @param value its value as a file would say it; secrets are hidden
     * @param origin where it came from: {@code file:line}, an environment variable, {@code --set}, or {@code default}
     */
    public record Setting(String name, String value, String origin) {}
}
