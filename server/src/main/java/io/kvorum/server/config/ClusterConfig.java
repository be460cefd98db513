package io.kvorum.server.config;

import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Partitioner;
import java.util.List;

/**
 * Which cluster this node belongs to, and as what.
 *
 * @param self what this node says of itself; ports are 0 where any free one will do
 * @param name the cluster's name
 * @param initialMembers the members that the cluster is born with, the same on each of them; empty for a cluster of this
 *     node alone
 * @param seeds members that a node without a past asks to be let in; not beside initial members
 * @param partitions Q, a power of two; counts when the cluster is born
 * @param partitioner counts when the cluster is born
 * @param secret what peers prove to each other that they know
 * @param autoCommit whether this node, as a member without tokens, takes its share without being asked
 * @param redirecting what becomes of commands that another node runs
 */
public record ClusterConfig(
        MemberSpec self,
        String name,
        List<MemberSpec> initialMembers,
        List<SeedAddress> seeds,
        int partitions,
        Partitioner partitioner,
        Secret secret,
        boolean autoCommit,
        Redirecting redirecting) {
    /** Copies the list. */
    public ClusterConfig {
        initialMembers = List.copyOf(initialMembers);
        seeds = List.copyOf(seeds);
    }
}
