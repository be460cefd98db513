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
    /** The oldest protocol version that this software speaks. */
    public static final int VERSION_MIN = 1;

    /** The newest protocol version that this software speaks. */
    public static final int VERSION_MAX = 1;

    Hello hello(byte[] nonce) {
        return new Hello(
                VERSION_MIN,
                VERSION_MAX,
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
