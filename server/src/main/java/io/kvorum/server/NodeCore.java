package io.kvorum.server;

import io.kvorum.ring.Ring;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.ShareResponder;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandTable;
import io.kvorum.server.command.Commands;
import io.kvorum.server.command.NodeFacts;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.SlowLog;
import io.kvorum.server.command.keyspace.Flush;
import io.kvorum.server.command.keyspace.KeyspaceCommands;
import io.kvorum.server.command.keyspace.KeyspaceService;
import io.kvorum.server.command.memcached.Leases;
import io.kvorum.server.command.memcached.McCommands;
import io.kvorum.server.command.versioned.VersionedCommands;
import io.kvorum.server.command.versioned.VersionedSettings;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.config.Redirecting;
import io.kvorum.server.config.ReplicationConfig;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.handoff.BareHints;
import io.kvorum.server.handoff.HandoffCounters;
import io.kvorum.server.handoff.HandoffDriver;
import io.kvorum.server.handoff.HandoffPolicy;
import io.kvorum.server.handoff.HintedHandoff;
import io.kvorum.server.membership.FlushCallback;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.membership.MembershipListeners;
import io.kvorum.server.membership.MembershipParts;
import io.kvorum.server.membership.MembershipService;
import io.kvorum.server.membership.plan.AutoCommit;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.reaping.ReapResponder;
import io.kvorum.server.reaping.ReapingCounters;
import io.kvorum.server.reaping.ReapingPolicy;
import io.kvorum.server.reaping.ReapingService;
import io.kvorum.server.reaping.WatchedHints;
import io.kvorum.server.repair.AntiEntropyCounters;
import io.kvorum.server.repair.AntiEntropyPolicy;
import io.kvorum.server.repair.AntiEntropyService;
import io.kvorum.server.repair.CopySettling;
import io.kvorum.server.repair.ExchangeResponder;
import io.kvorum.server.repair.PullResponder;
import io.kvorum.server.repair.SettlerPolicy;
import io.kvorum.server.repair.Sweeper;
import io.kvorum.server.replica.HintActors;
import io.kvorum.server.replica.HintService;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.server.transfer.Departure;
import io.kvorum.server.transfer.TransferCounters;
import io.kvorum.server.transfer.TransferPolicy;
import io.kvorum.server.transfer.TransferService;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.StampClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node above its sockets and below its clocks: membership, commands, settling, and what its loops share. Whoever makes
 * it brings time, threads, storage and the way to the peers: {@link Node} those of a process, the simulator its own. So
 * what the simulator proves is what runs.
 *
 * <p>Immutable; its parts say which thread owns them.
 */
public final class NodeCore {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);
    private static final long DEPARTURE_NANOS = 1_000_000_000L;
    private static final int PULL_BYTES_MAX = 4 << 20;
    private static final long BARE_HINTS_BYTES_MAX = 32L << 20;
    static final String VERSION = "0.1.0";
    static final String REDIS_VERSION = "7.0.15";

    private final Foundation foundation;
    private final MembershipService membership;
    private final SessionDirectory sessions;
    private final CommandTable table;
    private final NodeFacts facts;
    private final SlowLog slowLog;
    private final QuorumPolicy quorums;
    private final byte[] contextSecret;
    private final BareHints bareHints = new BareHints(BARE_HINTS_BYTES_MAX);
    private final HandoffCounters handoff = new HandoffCounters();
    private final Map<MessageType, PeerRequestHandler> handlers;
    private final AntiEntropyCounters antiEntropy = new AntiEntropyCounters();
    private final ReapingCounters reaping = new ReapingCounters();
    private final TransferCounters transfers = new TransferCounters();
    private final WatchedHints hints;
    private final HintActors hintActors;
    private final ReapResponder reapResponder;
    private final Sweeper sweeper;
    private final TransferService transferring;

    /**
     * What a node stands on.
     *
     * @param config what it was told
     * @param founded who it is
     * @param bootId names this life of the process
     * @param livesKnownUpTo no life of this node that its directory knows of began after this stamp
     * @param clock the machine's clocks
     * @param stamps the node's hybrid clock
     * @param random all its randomness but for the next
     * @param hintActors where the actors under which it makes versions in the place of owners are drawn from
     * @param engine its copies, started
     * @param hints what it keeps for others
     * @param control the thread that owns what the node does by itself
     * @param observer told of what merges and writes find
     * @param budget of what it does by itself
     */
    public record Foundation(
            NodeConfig config,
            Founded founded,
            long bootId,
            long livesKnownUpTo,
            Clock clock,
            StampClock stamps,
            RandomSource random,
            RandomGenerator hintActors,
            StorageEngine engine,
            HintStore hints,
            TaskLoop control,
            ReplicaObserver observer,
            Budget budget) {
        /** The membership on this foundation; silent until {@link NodeCore#start}. */
        public MembershipService membership() {
            return new MembershipService(new MembershipParts(
                    founded,
                    config.cluster().self(),
                    config.membership(),
                    bootId,
                    livesKnownUpTo,
                    stamps,
                    clock,
                    random.generator("membership"),
                    control,
                    new FlushedCopies(engine, control)));
        }
    }

    /**
     * Joins the parts; nothing runs yet.
     *
     * @param foundation what all stand on
     * @param membership made by it
     * @param sessions the clients of all loops
     * @param more commands beside those on keys: what the process itself has to say
     */
    public NodeCore(
            Foundation foundation, MembershipService membership, SessionDirectory sessions, List<Command> more) {
        this.foundation = foundation;
        this.membership = membership;
        this.sessions = sessions;
        NodeConfig config = foundation.config();
        this.table = new CommandTable(List.of(commands(foundation, membership, more)));
        this.facts = new NodeFacts(
                VERSION,
                REDIS_VERSION,
                config.client().password(),
                config.client().keyBytesMax(),
                config.cluster().redirecting() == Redirecting.MOVED,
                peer -> membership.peers().directory().get(peer).name());
        this.slowLog =
                new SlowLog(config.runtime().slowNanos(), config.runtime().slowEntriesMax());
        this.quorums = quorums(config.replication(), foundation.founded().ring().n());
        this.contextSecret = contextSecret(config, foundation.founded().ring());
        this.hints = new WatchedHints(
                foundation.hints(), foundation.stamps(), foundation.founded().ring());
        this.hintActors = new HintActors(foundation.stamps(), foundation.hintActors());
        this.reapResponder = new ReapResponder(
                foundation.engine(),
                foundation.stamps(),
                hints,
                membership::view,
                config.storage().tombstoneGraceMillis());
        this.handlers = handlers(foundation, membership);
        handlers.putAll(reapResponder.handlers());
        this.sweeper = new Sweeper(
                foundation.engine(),
                foundation.stamps(),
                membership::view,
                foundation.budget(),
                foundation.clock(),
                config.storage().tombstoneGraceMillis());
        this.transferring = new TransferService(
                new TransferService.Parts(
                        foundation.bootId(),
                        foundation.engine(),
                        replica(foundation.control()::handBack),
                        membership::view,
                        membership,
                        membership::ownCopies,
                        foundation.budget(),
                        foundation.control(),
                        foundation.clock()),
                TransferPolicy.of(config.storage().tombstoneGraceMillis()),
                transfers);
        handlers.putAll(transferring.handlers());
    }

    /**
     * Begins to talk to the other members.
     *
     * @param calls how they are reached
     * @param loops of this node
     * @param fence told once, on the control thread, when this node was removed and must stop for ever
     */
    public void start(PeerCalls calls, LoopBarrier loops, Consumer<String> fence) {
        sweeper.start(foundation.control());
        ReplicaService copies = replica(foundation.control()::handBack);
        new HandoffDriver(
                        new HintedHandoff(HandoffPolicy.DEFAULT, handoff),
                        hints,
                        bareHints,
                        copies,
                        membership::view,
                        calls,
                        foundation.budget(),
                        foundation.control(),
                        foundation.clock())
                .start();
        CopySettling settling = new CopySettling(
                SettlerPolicy.DEFAULT,
                foundation.engine(),
                copies::mergeFromElsewhere,
                calls,
                foundation.control(),
                foundation.clock(),
                membership::ownCopies,
                fence);
        AntiEntropyService comparing = new AntiEntropyService(
                AntiEntropyPolicy.of(foundation.config().replication().antiEntropyIntervalNanos()),
                antiEntropy,
                foundation.engine(),
                membership.view().ring().partitioner(),
                copies::mergeFromElsewhere,
                foundation.stamps(),
                foundation.config().storage().tombstoneGraceMillis(),
                calls,
                foundation.budget(),
                foundation.control(),
                foundation.clock());
        comparing.start();
        ReapingService reaper = reaping(calls);
        reaper.start();
        transferring.start(calls, loops);
        Departure departure = new Departure(membership::view, hints, membership::leave);
        foundation.control().every(DEPARTURE_NANOS, departure::tick);
        List<MembershipListener> listeners = new ArrayList<>(List.of(settling, comparing, reaper, transferring));
        if (foundation.config().cluster().autoCommit()) {
            listeners.add(new AutoCommit(foundation.founded().nodeId(), membership, foundation.control()));
        }
        membership.start(calls, new MembershipListeners(listeners));
    }

    private ReapingService reaping(PeerCalls calls) {
        ReplicationConfig replication = foundation.config().replication();
        long timeoutNanos = replication.readTimeoutNanos() + replication.writeTimeoutNanos();
        return new ReapingService(
                ReapingPolicy.of(
                        foundation.config().storage().tombstoneGraceMillis(),
                        TimeUnit.NANOSECONDS.toMillis(timeoutNanos),
                        Runtime.getRuntime().maxMemory()),
                reaping,
                foundation.engine(),
                foundation.stamps(),
                reapResponder,
                membership.view(),
                calls,
                foundation.budget(),
                foundation.control(),
                foundation.clock());
    }

    /** What the rounds of reaping that this node leads did since the start. */
    public ReapingCounters reaping() {
        return reaping;
    }

    /** What was moved between this node and others since the start. */
    public TransferCounters transfers() {
        return transfers;
    }

    /** What takes away what is expired or dead. */
    public Sweeper sweeper() {
        return sweeper;
    }

    /** What anti-entropy did since the start. */
    public AntiEntropyCounters antiEntropy() {
        return antiEntropy;
    }

    /** What it stands on. */
    public Foundation foundation() {
        return foundation;
    }

    /** Who is in the cluster and who answers. */
    public MembershipService membership() {
        return membership;
    }

    /** The commands. */
    public CommandTable table() {
        return table;
    }

    SessionDirectory sessions() {
        return sessions;
    }

    NodeFacts facts() {
        return facts;
    }

    SlowLog slowLog() {
        return slowLog;
    }

    QuorumPolicy quorums() {
        return quorums;
    }

    /** A new codec of the contexts that clients carry, for one thread. */
    public ContextCodec contexts() {
        return new ContextCodec(contextSecret);
    }

    /** The messages that any loop serves alike. */
    Map<MessageType, PeerRequestHandler> handlers() {
        return handlers;
    }

    /** What hinted handoff did since the start. */
    public HandoffCounters handoff() {
        return handoff;
    }

    /** Where loops note what owners missed. */
    public BareHints bareHints() {
        return bareHints;
    }

    /** What it keeps for others and hands to them, for one thread. */
    HintService hintService(ReplicaService replica, Consumer<Runnable> thread) {
        return new HintService(hints, hintActors, membership::view, replica, thread);
    }

    /** A way to the copies for one thread, which runs the tasks given. */
    ReplicaService replica(Consumer<Runnable> thread) {
        return new ReplicaService(
                foundation.engine(),
                foundation.stamps(),
                membership::view,
                foundation.observer(),
                thread,
                foundation.config().storage().tombstoneGraceMillis());
    }

    private static List<Command> commands(Foundation foundation, MembershipService membership, List<Command> more) {
        NodeConfig config = foundation.config();
        List<Command> commands = new ArrayList<>(
                Commands.families().stream().flatMap(List::stream).toList());
        ReplicationConfig replication = config.replication();
        commands.addAll(VersionedCommands.commands(
                new VersionedSettings(
                        replication.r(),
                        replication.w(),
                        replication.dw(),
                        config.clock().driftMaxMillis()),
                foundation.observer()));
        commands.addAll(more);
        commands.addAll(McCommands.commands(new Leases()));
        commands.addAll(KeyspaceCommands.commands(
                List.copyOf(commands),
                foundation.engine(),
                flushing(membership),
                foundation.random().shared("random-key")));
        return commands;
    }

    private static Flush flushing(MembershipService membership) {
        return (done, failed) -> membership.flush(new FlushCallback() {
            @Override
            public void flushed(List<String> unreachable) {
                if (!unreachable.isEmpty()) {
                    LOG.warn("flushed; these members hear of it when they can be reached: {}", unreachable);
                }
                done.run();
            }

            @Override
            public void failed(String reason) {
                failed.accept("TRYAGAIN nothing was flushed: " + reason);
            }
        });
    }

    private static Map<MessageType, PeerRequestHandler> handlers(Foundation foundation, MembershipService membership) {
        StorageEngine engine = foundation.engine();
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.putAll(membership.handlers());
        handlers.put(
                MessageType.PULL, new PullResponder(engine, membership::view, foundation.budget(), PULL_BYTES_MAX));
        handlers.put(MessageType.SHARE, new ShareResponder(foundation.budget()));
        handlers.putAll(new ExchangeResponder(engine, membership::view, PULL_BYTES_MAX).handlers());
        KeyspaceService keyspace = new KeyspaceService(engine, membership::view, foundation.stamps()::currentMillis);
        handlers.put(MessageType.SCAN, (peer, request, info, answer) -> answer.answer(keyspace.answer((Scan) request)));
        handlers.put(
                MessageType.COUNT, (peer, request, info, answer) -> answer.answer(keyspace.answer((Count) request)));
        return handlers;
    }

    /** N is the cluster's since its birth: a node that is told another one would take too few owners for a growing cluster. */
    static QuorumPolicy quorums(ReplicationConfig replication, int n) {
        return new QuorumPolicy(
                n,
                replication.r(),
                replication.w(),
                replication.dw(),
                replication.readTimeoutNanos(),
                replication.writeTimeoutNanos(),
                replication.readAllRatio(),
                replication.hedge(),
                replication.hedgeDelayMinNanos());
    }

    /** Contexts are signed by the cluster secret; without one they are still told from those of other clusters. */
    private static byte[] contextSecret(NodeConfig config, Ring ring) {
        byte[] secret = config.cluster().secret().utf8();
        byte[] cluster = ring.clusterId().toString().getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(secret, secret.length + cluster.length);
        System.arraycopy(cluster, 0, both, secret.length, cluster.length);
        return both;
    }
}
