package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.message.Hello;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.peer.message.Rejected.Reason;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to this node. Every refusal says what was wrong, what was expected and what to do, since it is read in
 * the log of a node that does not come up. Safe from every thread.
 */
final class HandshakeRules {
    private final PeerIdentity self;
    private final VersionRange versions;
    private final Supplier<PeerDirectory> directory;

    HandshakeRules(PeerIdentity self, VersionRange versions, Supplier<PeerDirectory> directory) {
        this.self = self;
        this.versions = versions;
        this.directory = directory;
    }

    /** The newest version that both sides speak, or {@link VersionRange#NONE}. */
    int commonVersion(Hello theirs) {
        return versions.newestCommon(theirs.versionMin(), theirs.versionMax());
    }

    /**
     * Judges a hello.
     *
     * @param expected whom this node dialled, or null if it was dialled
     * @return why not, or null if nothing speaks against it but the proof to come
     */
    @Nullable
    Rejected check(Hello theirs, @Nullable NodeId expected) {
        Rejected other = checkCluster(theirs);
        return other != null ? other : checkNode(theirs, expected);
    }

    /** The refusal of a proof that does not fit. */
    Rejected wrongSecret(Hello theirs) {
        return new Rejected(
                Reason.WRONG_SECRET,
                "the cluster secrets of " + self.nodeName() + " and " + theirs.nodeName()
                        + " differ: set the same cluster.secret on every node of cluster \"" + self.clusterName()
                        + "\" and restart the one that is wrong");
    }

    private @Nullable Rejected checkCluster(Hello theirs) {
        if (commonVersion(theirs) == VersionRange.NONE) {
            return noCommonVersion(theirs);
        }
        if (!theirs.clusterName().equals(self.clusterName())) {
            return new Rejected(
                    Reason.OTHER_CLUSTER,
                    self.nodeName() + " belongs to cluster \"" + self.clusterName() + "\", " + theirs.nodeName()
                            + " to \"" + theirs.clusterName()
                            + "\": check cluster.name and the addresses in cluster.initial-members or cluster.seeds");
        }
        if (self.isNewcomer() || PeerIdentity.isNewcomer(theirs)) {
            return null;
        }
        if (theirs.partitions() != self.partitions()) {
            return new Rejected(
                    Reason.OTHER_PARTITIONS,
                    self.nodeName() + " has " + self.partitions() + " partitions, " + theirs.nodeName() + " has "
                            + theirs.partitions()
                            + ": the number is fixed when a cluster is created; set cluster.partitions alike on all nodes"
                            + " and start the wrong one with an empty data directory");
        }
        if (!theirs.partitioner().equals(self.partitioner())) {
            return new Rejected(
                    Reason.OTHER_PARTITIONER,
                    self.nodeName() + " has the partitioner " + self.partitioner() + ", " + theirs.nodeName() + " has "
                            + theirs.partitioner()
                            + ": it is fixed when a cluster is created; set cluster.partitioner alike on all nodes"
                            + " and start the wrong one with an empty data directory");
        }
        if (!theirs.clusterId().equals(self.clusterId())) {
            return new Rejected(
                    Reason.OTHER_CLUSTER,
                    "two clusters are called \"" + self.clusterName() + "\": " + self.nodeName() + " belongs to "
                            + self.clusterId() + ", " + theirs.nodeName() + " to " + theirs.clusterId()
                            + ": give all nodes the same cluster.initial-members, or use the right data directory");
        }
        return null;
    }

    private Rejected noCommonVersion(Hello theirs) {
        String older = versions.newest() < theirs.versionMin() ? self.nodeName() : theirs.nodeName();
        return new Rejected(
                Reason.NO_COMMON_VERSION,
                self.nodeName() + " speaks peer protocol " + versions.oldest() + " to " + versions.newest() + ", "
                        + theirs.nodeName() + " speaks " + theirs.versionMin() + " to " + theirs.versionMax()
                        + ": upgrade " + older + ", the older one, by way of a release that speaks both");
    }

    private @Nullable Rejected checkNode(Hello theirs, @Nullable NodeId expected) {
        if (theirs.nodeId().equals(self.nodeId())) {
            return theirs.bootId() == self.bootId() ? reachedItself() : clonedIdentity(theirs);
        }
        if (expected != null && !expected.equals(theirs.nodeId())) {
            return wrongNode(theirs, expected);
        }
        PeerDirectory.Entry known = directory.get().find(theirs.nodeId());
        if (known == null && (self.isNewcomer() || PeerIdentity.isNewcomer(theirs))) {
            return null;
        }
        if (known == null) {
            return new Rejected(
                    Reason.UNKNOWN_MEMBER,
                    theirs.nodeName() + " (" + theirs.nodeId() + ") is no member that " + self.nodeName()
                            + " knows of: let it join by a plan, or wait until the news of its joining arrive here");
        }
        if (known.gone()) {
            return new Rejected(
                    Reason.REMOVED,
                    theirs.nodeName() + " (" + theirs.nodeId() + ") left cluster \"" + self.clusterName()
                            + "\" or was removed from it, for ever: stop it; to use the machine again, start it with an"
                            + " empty data directory and let it join as a new node");
        }
        return null;
    }

    private Rejected wrongNode(Hello theirs, NodeId expected) {
        PeerDirectory.Entry meant = directory.get().find(expected);
        String name = meant == null ? expected.toString() : meant.toString();
        return new Rejected(
                Reason.WRONG_NODE,
                self.nodeName() + " dialled " + name + ", and " + theirs.nodeName() + " (" + theirs.nodeId()
                        + ") answered: check the address, and that the node there has its own data directory");
    }

    private Rejected reachedItself() {
        return new Rejected(
                Reason.WRONG_NODE,
                self.nodeName() + " dialled another member and reached itself: check the addresses in"
                        + " cluster.initial-members");
    }

    Rejected clonedIdentity(Hello theirs) {
        return new Rejected(
                Reason.CLONED_IDENTITY,
                "two processes have the identity " + theirs.nodeId() + " (" + theirs.nodeName()
                        + "): a data directory was copied, or two nodes share one; stop one of them and start it with an"
                        + " empty data directory");
    }
}
