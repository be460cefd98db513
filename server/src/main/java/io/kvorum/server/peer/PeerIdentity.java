package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.Hello;
import java.util.UUID;

/**
 * Who this node is to others.
 *
 * @param nodeId its identity
 * @param nodeName its name
 * @param bootId random, drawn once in this life of the process
 * @param clusterId its cluster
 * @param clusterName its cluster's name
 * @param partitions Q
 * @param partitioner name of the partitioner
 */
public record PeerIdentity(
        NodeId nodeId,
        String nodeName,
        long bootId,
        UUID clusterId,
        String clusterName,
        int partitions,
        String partitioner) {
    /** What stands for the cluster of a node that is in none yet. */
    private static final UUID NO_CLUSTER = new UUID(0, 0);

    /** A node that wants to be let into a cluster, of which it knows the name. */
    public static PeerIdentity newcomer(NodeId nodeId, String nodeName, long bootId, String clusterName) {
        return new PeerIdentity(nodeId, nodeName, bootId, NO_CLUSTER, clusterName, 0, "");
    }

    /** Whether the node is in no cluster yet. */
    boolean isNewcomer() {
        return clusterId.equals(NO_CLUSTER);
    }

    /** Whether who says this is in no cluster yet. */
    static boolean isNewcomer(Hello hello) {
        return hello.clusterId().equals(NO_CLUSTER);
    }

    Hello hello(VersionRange versions, byte[] nonce) {
        return new Hello(
                versions.oldest(),
                versions.newest(),
                clusterId,
                clusterName,
                partitions,
                partitioner,
                nodeId,
                nodeName,
                bootId,
                nonce,
                new byte[0]);
    }
}
