package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.RingFold;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.peer.PeerIdentity;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that knows who it is: its identity and history, read from its data directory, or born and written there. Holds
 * the directory's lock until it is closed.
 */
public final class Founded implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Founded.class);

    /** The identity under which this node asks to be let in, until it is. */
    private static final String NEWCOMER_FILE = "newcomer";

    private final DataDirectory directory;
    private final Identity identity;
    private final HistoryFile file;
    private final History history;
    private final Ring ring;
    private final boolean born;

    private Founded(DataDirectory directory, Identity identity, HistoryFile file, History history, boolean born) {
        this.directory = directory;
        this.identity = identity;
        this.file = file;
        this.history = history;
        this.ring = RingFold.fold(history)
                .orElseThrow(() ->
                        new StartException(directory.path(HistoryFile.FILE).toAbsolutePath()
                                + " tells of no cluster: move the data directory away and let the node start anew"));
        this.born = born;
    }

    /**
     * Finds out who this node is. A node that was started before goes on as the same; one without a past joins the cluster
     * of its seeds, or is born together with the other initial members, or alone if there are neither.
     *
     * @param disk where the directory is
     * @param n owners of a partition; counts when the cluster is born
     * @param joining how a node that has seeds asks them
     * @throws StartException if what is on disk and what is configured do not go together
     */
    public static Founded open(Disk disk, Path dataDirectory, ClusterConfig config, int n, Joining joining) {
        DataDirectory directory = DataDirectory.open(disk, dataDirectory);
        boolean done = false;
        try {
            Founded founded = open(directory, config, n, joining);
            done = true;
            return founded;
        } finally {
            if (!done) {
                directory.close();
            }
        }
    }

    /**
     * Makes a node of a directory that holds nothing: the one that a backup is of, as it was.
     *
     * @throws java.io.UncheckedIOException if the disk does not take it
     */
    public static void restore(
            DataDirectory directory,
            NodeId nodeId,
            String nodeName,
            UUID clusterId,
            String clusterName,
            History history) {
        HistoryFile.open(directory).replace(history);
        new Identity(nodeId, nodeName, clusterId, clusterName).write(directory);
    }

    /** The history as it is on disk now. Any thread. */
    public History historyOnDisk() {
        History newest = file.onDisk();
        return newest == null ? history : newest;
    }

    /** Who this node is to others. */
    public PeerIdentity peerIdentity(long bootId) {
        return new PeerIdentity(
                identity.nodeId(),
                identity.nodeName(),
                bootId,
                identity.clusterId(),
                identity.clusterName(),
                ring.partitions(),
                ring.partitioner().name());
    }

    /** This node's identity. */
    public NodeId nodeId() {
        return identity.nodeId();
    }

    /** This node's name. */
    public String nodeName() {
        return identity.nodeName();
    }

    /** The ring as the history on disk tells it. */
    public Ring ring() {
        return ring;
    }

    /** Whether this start is the node's first. */
    public boolean isBorn() {
        return born;
    }

    /** Releases the data directory. */
    @Override
    public void close() {
        directory.close();
    }

    /** Its data directory. */
    public DataDirectory directory() {
        return directory;
    }

    /** Its cluster. */
    public UUID clusterId() {
        return identity.clusterId();
    }

    History history() {
        return history;
    }

    /**
     * Makes a history durable that has all events of the one before. The control thread's.
     *
     * @throws java.io.UncheckedIOException if the disk does not take it
     */
    void persist(History newer) {
        file.grow(newer);
    }

    private static Founded open(DataDirectory directory, ClusterConfig config, int n, Joining joining) {
        Identity identity = Identity.read(directory);
        HistoryFile file = HistoryFile.open(directory);
        History history = file.onDisk();
        if (identity == null && !config.seeds().isEmpty()) {
            return join(directory, config, joining, file);
        }
        if (identity == null) {
            return beBorn(directory, config, n, file);
        }
        if (history == null) {
            throw new StartException(directory.path(HistoryFile.FILE).toAbsolutePath() + " is missing beside "
                    + Identity.FILE
                    + ": restore it from a backup, or move the whole data directory away and let the node"
                    + " start anew");
        }
        directory.delete(NEWCOMER_FILE);
        Founded founded = new Founded(directory, identity, file, history, false);
        founded.check(config, n);
        return founded;
    }

    private static Founded beBorn(DataDirectory directory, ClusterConfig config, int n, HistoryFile file) {
        MemberSpec self = config.self();
        List<MemberSpec> members = config.initialMembers();
        if (!members.isEmpty()
                && members.stream().noneMatch(member -> member.name().equals(self.name()))) {
            throw new StartException("node.name " + self.name() + " is not among cluster.initial-members ("
                    + String.join(", ", members.stream().map(MemberSpec::name).toList())
                    + "): correct either");
        }
        Birth birth = new Birth(
                config.name(),
                "",
                members.isEmpty() ? List.of(self) : members,
                config.partitions(),
                config.partitioner(),
                n);
        History history = History.EMPTY.with(birth.events());
        History left = file.onDisk();
        if (left != null && !left.equals(history)) {
            throw lostIdentity(directory);
        }
        Identity identity =
                new Identity(birth.nodeId(self.name()), self.name(), birth.clusterId(), birth.clusterName());
        // In this order: a history equal to the birth's beside no identity is a birth that was cut short.
        file.replace(history);
        identity.write(directory);
        LOG.info(
                "born as {} ({}) of cluster \"{}\" ({})",
                identity.nodeName(),
                identity.nodeId(),
                identity.clusterName(),
                identity.clusterId());
        return new Founded(directory, identity, file, history, true);
    }

    private static StartException lostIdentity(DataDirectory directory) {
        return new StartException(
                directory.path(Identity.FILE).toAbsolutePath() + " is missing beside " + HistoryFile.FILE
                        + ": this node has a past and must not start as another; restore the file from a backup, or move the"
                        + " whole data directory away and let the node start anew");
    }

    /** The identity is on disk before anybody hears of it, so that a start that is cut short is gone on with. */
    private static Founded join(DataDirectory directory, ClusterConfig config, Joining joining, HistoryFile file) {
        NodeId nodeId = readNewcomer(directory);
        if (nodeId == null) {
            if (file.onDisk() != null) {
                throw lostIdentity(directory);
            }
            nodeId = joining.drawIdentity();
            ByteWriter out = new ByteWriter(Long.BYTES * 2);
            nodeId.encode(out);
            directory.write(NEWCOMER_FILE, out);
        }
        History history = joining.join(nodeId, config.self());
        Ring ring = RingFold.fold(history).orElse(null);
        if (ring == null || ring.member(nodeId) == null) {
            throw new StartException("the seeds of cluster \"" + config.name()
                    + "\" answered with a history that does not tell of this node's joining");
        }
        Identity identity = new Identity(nodeId, config.self().name(), ring.clusterId(), ring.clusterName());
        file.replace(history);
        identity.write(directory);
        directory.delete(NEWCOMER_FILE);
        LOG.info(
                "joined cluster \"{}\" ({}) as {} ({}), without tokens yet: it passes requests on to those that have the data",
                identity.clusterName(),
                identity.clusterId(),
                identity.nodeName(),
                identity.nodeId());
        Founded founded = new Founded(directory, identity, file, history, true);
        founded.check(config, ring.n());
        return founded;
    }

    private void check(ClusterConfig config, int n) {
        String where = directory.path("").toAbsolutePath().toString();
        refuseUnlessEqual("cluster.name", where, identity.clusterName(), config.name());
        refuseUnlessEqual("node.name", where, identity.nodeName(), config.self().name());
        if (config.seeds().isEmpty()) {
            refuseUnlessEqual("cluster.partitions", where, ring.partitions(), config.partitions());
            refuseUnlessEqual("cluster.partitioner", where, ring.partitioner(), config.partitioner());
        }
        if (!ring.clusterId().equals(identity.clusterId()) || ring.member(identity.nodeId()) == null) {
            throw new StartException(Identity.FILE + " and " + HistoryFile.FILE + " in " + where
                    + " do not belong together: restore both from one backup, or move the directory away");
        }
        if (ring.isGone(identity.nodeId())) {
            throw new StartException(identity.nodeName() + " (" + identity.nodeId() + ") left cluster \""
                    + identity.clusterName()
                    + "\" or was removed from it, for ever: to use this machine again, start it"
                    + " with an empty data directory as a new node");
        }
        if (ring.n() != n) {
            LOG.warn("cluster \"{}\" has N={}; replication.n={} is ignored", identity.clusterName(), ring.n(), n);
        }
    }

    private static void refuseUnlessEqual(String property, String where, Object found, Object configured) {
        if (!found.equals(configured)) {
            throw new StartException(property + " is " + configured + ", but the data in " + where + " belongs to "
                    + property + " " + found + ", which is fixed for ever: set it back, or use another data-dir");
        }
    }

    private static @Nullable NodeId readNewcomer(DataDirectory directory) {
        ByteReader in = directory.read(NEWCOMER_FILE);
        if (in == null) {
            return null;
        }
        try {
            NodeId nodeId = NodeId.decode(in);
            in.expectEnd(NEWCOMER_FILE);
            return nodeId;
        } catch (DecodeException problem) {
            throw directory.damaged(NEWCOMER_FILE, problem);
        }
    }
}
