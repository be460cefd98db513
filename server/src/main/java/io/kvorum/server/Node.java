package io.kvorum.server;

import io.kvorum.server.background.Admission;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.JobProgress;
import io.kvorum.server.background.QueueWait;
import io.kvorum.server.backup.BackupOrigin;
import io.kvorum.server.backup.Backups;
import io.kvorum.server.client.ClientServer;
import io.kvorum.server.client.LoadingDoor;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.admin.AdminCommands;
import io.kvorum.server.command.admin.ConfigView;
import io.kvorum.server.command.admin.NodeDescription;
import io.kvorum.server.command.admin.NodeStatus;
import io.kvorum.server.command.keyspace.SlotKeys;
import io.kvorum.server.command.memcached.McStats;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.config.ReplicationConfig;
import io.kvorum.server.handoff.HandoffWatch;
import io.kvorum.server.http.HttpDoor;
import io.kvorum.server.http.Readiness;
import io.kvorum.server.life.EngineWatch;
import io.kvorum.server.life.NodeStorage;
import io.kvorum.server.life.StorageMeans;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.MembershipService;
import io.kvorum.server.membership.SeedJoining;
import io.kvorum.server.membership.plan.ClusterChanges;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.HandshakeKey;
import io.kvorum.server.peer.HostResolver;
import io.kvorum.server.peer.LoopPeerCalls;
import io.kvorum.server.peer.PeerNode;
import io.kvorum.server.peer.PeerServer;
import io.kvorum.server.peer.PeerSettings;
import io.kvorum.server.peer.VersionRange;
import io.kvorum.server.peer.message.Parting;
import io.kvorum.server.repair.AntiEntropyCounters;
import io.kvorum.server.runtime.BackgroundThread;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.ControlThread;
import io.kvorum.server.runtime.DiskThreads;
import io.kvorum.server.runtime.EventLoopTasks;
import io.kvorum.server.runtime.Lifecycle;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.server.runtime.StopSignals;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.server.runtime.Threads;
import io.kvorum.server.runtime.Transports;
import io.kvorum.storage.checkpoint.XodusCheckpointStore;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.StampClock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes the parts of a node, joins them, starts them in order and closes them in reverse. It does
 * nothing else; what a node does is in its parts.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final int CONTROL_QUEUE_MAX = 10_000;
    private static final long ADMISSION_NANOS = 1_000_000_000L;
    private static final int DISK_QUEUE_MAX = 1_000;
    private static final long MEETING_NANOS_MAX = 1_000_000_000L;
    private static final int READ_THREADS = 2;
    private static final int READ_QUEUE_MAX = 10_000;
    private static final long STORE_CACHE_BYTES = 32L << 20;
    private static final long HINTS_CACHE_BYTES = 4L << 20;

    private final NodeConfig config;
    private final Lifecycle lifecycle;
    private final Threads threads = new Threads();
    private final boolean salvage;
    private final Disk disk;
    private final VersionRange versions;
    private volatile Supplier<String> loading = () -> "starting";

    /** Doors that are open, for people; the starting thread's. */
    private final List<String> doors = new ArrayList<>();

    /**
     * A node that is not started.
     *
     * @param salvage whether to go on without what is damaged on disk, once it is said what that is
     * @param disk where it keeps everything
     */
    public Node(NodeConfig config, boolean salvage, Disk disk) {
        this(config, salvage, disk, VersionRange.SPOKEN);
    }

    /** A node that speaks other versions of the peer protocol, as one of an older or newer release does. */
    public Node(NodeConfig config, boolean salvage, Disk disk, VersionRange versions) {
        this.versions = versions;
        this.salvage = salvage;
        this.disk = disk;
        this.config = config;
        this.lifecycle = new Lifecycle("node " + config.name());
    }

    /**
     * Opens the data directory, then the doors: to peers, to clients, to those who watch.
     *
     * @throws StartException if what is configured cannot be had; the message says what to do
     */
    public void start() throws Exception {
        lifecycle.start(this::open);
    }

    /** Closes the doors in reverse order; clients that were answered lose nothing. Works from every state, and twice. */
    @Override
    public void close() {
        lifecycle.close();
    }

    /** Whether all that is closed was closed as it should be. */
    public boolean isClean() {
        return lifecycle.isClean();
    }

    /** Waits until the node is closed. */
    public void awaitClosed() {
        lifecycle.awaitClosed();
    }

    /**
     * Closes the node when the process is asked to end, by a signal or by an exit. After a signal the process goes on until its
     * {@code main} returns, which waits with {@link #awaitClosed}.
     */
    public void closeAtShutdown() {
        StopSignals.handle(() -> {
            LOG.info("stopping: told to by a signal");
            close();
        });
        Runtime.getRuntime().addShutdownHook(threads.thread("shutdown", this::close));
    }

    /** Closes the node when a stream ends: its other end was closed, or the process that held it is gone. */
    public void closeAtEndOf(InputStream stream) {
        Thread watcher = threads.thread("stdin", () -> {
            try {
                // What is written there means nothing; its end does.
                stream.transferTo(OutputStream.nullOutputStream());
            } catch (IOException broken) {
                LOG.info("standard input is gone: {}", broken.getMessage());
            }
            close();
        });
        watcher.setDaemon(true);
        watcher.start();
    }

    private void open() {
        Clock clock = Clock.system();
        RandomSource random = RandomSource.system();
        HandshakeKey key = new HandshakeKey(new String(config.cluster().secret().utf8(), StandardCharsets.UTF_8));
        SeedJoining joining = lifecycle.opened(
                "seeds", new SeedJoining(config.cluster(), peerSettings(), key, random.generator("joining")));
        Founded founded = lifecycle.opened(
                "data directory",
                Founded.open(
                        disk,
                        config.storage().dataDirectory(),
                        config.cluster(),
                        config.replication().n(),
                        joining));
        StampClock stamps = new StampClock(clock::wallMillis, config.clock().driftMaxMillis());
        EngineWatch watch = new EngineWatch(clock);
        NodeStorage storage = lifecycle.opened(
                "engine", NodeStorage.open(config, founded, means(clock), stamps, random, watch, salvage));
        StorageEngine engine = storage.engine();
        ControlThread control = lifecycle.opened("control thread", threads.control(CONTROL_QUEUE_MAX));
        DiskThreads diskThreads = lifecycle.opened("disk threads", threads.disk("disk-", 1, DISK_QUEUE_MAX));
        Transports transports = lifecycle.opened(
                "event loops",
                Transports.open(config.runtime().transport(), config.runtime().ioThreads(), threads.eventLoops()));
        HttpDoor http = startHttp(transports, control);
        LoadingDoor loadingDoor = load(storage, founded, transports, watch);
        long bootId = random.generator("boot").nextLong();
        CopyCounters counters = new CopyCounters();
        Admission admission = new Admission(new Budget(), config.runtime().latencyTargetNanos());
        NodeCore.Foundation foundation = new NodeCore.Foundation(
                config,
                founded,
                bootId,
                storage.livesKnownUpTo(),
                clock,
                stamps,
                random,
                random.generator("hint-actors"),
                engine,
                storage.hints(),
                control,
                counters,
                admission.budget());
        MembershipService membership = lifecycle.opened("membership", foundation.membership());
        PeerNode peerNode = new PeerNode(
                founded.peerIdentity(bootId),
                peerSettings(),
                key,
                () -> membership.peers().directory(),
                stamps,
                clock,
                HostResolver.on(diskThreads::execute),
                membership);
        SessionDirectory sessions = new SessionDirectory();
        Map<EventLoop, NodeLoop> byEventLoop = new HashMap<>();
        ClientServer clients = new ClientServer(
                transports.group(),
                transports.serverChannelClass(),
                config.client(),
                eventLoop -> loop(byEventLoop, eventLoop).clients,
                () -> membership.part(Parting.Stage.DRAINING));
        NodeSelf self = new NodeSelf(
                describe(founded, transports),
                config.client().connectionsMax(),
                membership,
                engine,
                sessions,
                clients.memory()::heldBytes,
                () -> storage.status(watch),
                clock);
        NodeCore core = new NodeCore(
                foundation,
                membership,
                sessions,
                AdminCommands.commands(new AdminCommands.Parts(
                        self,
                        ConfigView.of(config),
                        backups(founded, engine, stamps, random, clock),
                        admission,
                        new ClusterChanges(
                                founded.nodeId(), membership, membership::status, control, diskThreads::execute),
                        clients,
                        new SlotKeys(engine),
                        peerNode::links,
                        () -> stopFor("a client sent SHUTDOWN"))));
        NodeMetrics metrics = new NodeMetrics(
                config.runtime().ioThreads(),
                core.table().measured().stream().map(Command::name).toList());
        counters.register(metrics);
        counters.onDamagedIdentity(actor -> control.execute(() -> retire(engine, actor)));
        watch.register(metrics);
        NodeGauges.register(metrics, () -> storage.status(watch));
        HandoffWatch handoff = new HandoffWatch(
                storage.hints(),
                core.bareHints(),
                core.handoff(),
                () -> membership.peers().directory(),
                clock);
        self.start(metrics, handoff, control);
        NodeGauges.register(metrics, engine, membership, peerNode, sessions);
        NodeGauges.register(metrics, core.antiEntropy());
        NodeGauges.register(metrics, core.reaping());
        NodeGauges.register(metrics, core.transfers());
        NodeGauges.register(metrics, core, storage.hints());
        HintGauges hintGauges = new HintGauges(
                metrics,
                storage.hints(),
                core.bareHints()::count,
                () -> membership.peers().directory(),
                clock);
        McStats memcached = memcachedStats(self, clock);
        List<NodeLoop> loops = new ArrayList<>();
        for (EventExecutor executor : transports.group()) {
            EventLoop eventLoop = (EventLoop) executor;
            NodeLoop loop = new NodeLoop(eventLoop, loops.size(), core, peerNode, transports, metrics, memcached);
            loops.add(loop);
            byEventLoop.put(eventLoop, loop);
            lifecycle.opened("peer connections", loop.transport);
        }
        List<TaskLoop> tasks = loops.stream()
                .<TaskLoop>map(loop -> new EventLoopTasks(loop.eventLoop))
                .toList();
        LoopPeerCalls calls = new LoopPeerCalls(
                clock, tasks, loops.stream().map(loop -> loop.transport).toList(), control, peerNode::closeIncoming);
        startPeers(transports, byEventLoop, membership);
        core.start(calls, new LoopBarrier(tasks), this::stopFor);
        track(
                admission,
                core,
                engine,
                () -> storage.status(watch),
                watch,
                config.storage().checkpoint().share());
        NodeGauges.register(metrics, admission);
        QueueWait queueWait = new QueueWait(tasks, clock::nanoTime);
        control.every(ADMISSION_NANOS, () -> {
            admission.tick(metrics::commandsWithin, queueWait);
            engine.pace(admission.budget().share(BackgroundJob.CHECKPOINT));
        });
        meetOthers(membership);
        loadingDoor.close();
        startClients(clients, metrics);
        http.serve(
                () -> clients.isDraining()
                        ? Readiness.notYet("draining: it takes no new clients")
                        : new Readiness(membership.status().notReady()),
                () -> {
                    hintGauges.follow();
                    return metrics.prometheusText();
                });
        LOG.info(
                "node {} of cluster \"{}\", version {}, process {}, listens for {}; data in {}, engine {}",
                config.name(),
                config.cluster().name(),
                NodeCore.VERSION,
                ProcessHandle.current().pid(),
                String.join(", ", doors),
                config.storage().dataDirectory().toAbsolutePath(),
                config.storage().engine().name().toLowerCase(Locale.ROOT));
    }

    private void opened(String whom, InetSocketAddress address, int port) {
        doors.add(whom + " at " + address.getHostString() + ":" + port);
    }

    private static void track(
            Admission admission,
            NodeCore core,
            StorageEngine engine,
            Supplier<NodeStatus.Storage> storage,
            EngineWatch watch,
            double checkpointShare) {
        if (engine.durability() != Durability.NONE) {
            admission.track(
                    BackgroundJob.CHECKPOINT,
                    new JobProgress(
                            "records",
                            watch::checkpointedRecords,
                            () -> storage.get().dirtyRecords(),
                            watch::checkpointNanos,
                            checkpointShare));
        }
        AntiEntropyCounters antiEntropy = core.antiEntropy();
        admission.track(
                BackgroundJob.ANTI_ENTROPY,
                new JobProgress(
                        "keys",
                        () -> antiEntropy.pulled() + antiEntropy.sent(),
                        antiEntropy::pending,
                        () -> admission.budget().workedNanos(BackgroundJob.ANTI_ENTROPY)));
        HintStore hints = core.foundation().hints();
        admission.track(
                BackgroundJob.HANDOFF,
                new JobProgress(
                        "hints",
                        core.handoff()::handedOff,
                        () -> core.bareHints().count()
                                + hints.usage().stream()
                                        .mapToLong(HintStore.Usage::count)
                                        .sum(),
                        () -> admission.budget().workedNanos(BackgroundJob.HANDOFF)));
        admission.track(
                BackgroundJob.SWEEPING,
                new JobProgress(
                        "records",
                        core.sweeper()::looked,
                        () -> -1,
                        () -> admission.budget().workedNanos(BackgroundJob.SWEEPING)));
        admission.track(
                BackgroundJob.REAPING,
                new JobProgress(
                        "records",
                        core.reaping()::reaped,
                        core.reaping()::waiting,
                        () -> admission.budget().workedNanos(BackgroundJob.REAPING)));
        admission.track(
                BackgroundJob.TRANSFER,
                new JobProgress(
                        "partitions",
                        core.transfers()::settled,
                        core.transfers()::pending,
                        () -> admission.budget().workedNanos(BackgroundJob.TRANSFER)));
    }

    /**
     * Loads the records, while clients and those who watch are told how far that is. Returns the door that tells clients, and
     * goes on telling them what they wait for until it is closed.
     */
    private LoadingDoor load(NodeStorage storage, Founded founded, Transports transports, EngineWatch watch) {
        ClientConfig client = config.client();
        InetSocketAddress address = address(client.bind(), client.port(), "bind");
        loading = () -> EngineWatch.describe(watch.progress());
        LoadingDoor door = lifecycle.opened(
                "loading door",
                new LoadingDoor(transports.group(), transports.serverChannelClass(), () -> loading.get()));
        bind("Redis clients", "bind", "port", address, () -> {
            door.start(address);
            return address.getPort();
        });
        storage.start(founded);
        return door;
    }

    private Backups backups(
            Founded founded, StorageEngine engine, StampClock stamps, RandomSource random, Clock clock) {
        BackgroundThread thread = lifecycle.opened("backup thread", threads.background("backup", clock));
        return new Backups(
                new BackupOrigin(
                        founded,
                        engine,
                        stamps,
                        NodeCore.VERSION,
                        config.storage().tombstoneGraceMillis()),
                disk,
                config.storage().dataDirectory(),
                thread,
                random.generator("backups"));
    }

    /** What an engine that keeps records on disk runs on. */
    private StorageMeans means(Clock clock) {
        BackgroundThread journal = threads.background("journal", clock);
        BackgroundThread writing = threads.background("journal-write", clock);
        BackgroundThread checkpoint = threads.background("checkpoint", clock);
        BackgroundThread hints = threads.background("hints", clock);
        DiskThreads reading = threads.disk("read-", READ_THREADS, READ_QUEUE_MAX);
        return new StorageMeans(
                directory -> XodusCheckpointStore.open(
                        disk,
                        directory,
                        directory.endsWith(NodeStorage.HINTS) ? HINTS_CACHE_BYTES : STORE_CACHE_BYTES,
                        clock::nanoTime),
                journal,
                writing,
                checkpoint,
                hints,
                reading::execute,
                threads.loaders(Runtime.getRuntime().availableProcessors()),
                () -> {
                    reading.close();
                    hints.close();
                    checkpoint.close();
                    journal.close();
                    writing.close();
                });
    }

    /** Somebody else has used an actor of this node's: the copy that has it goes on under a new one. */
    private static void retire(StorageEngine engine, long actor) {
        for (int partition = 0; partition < engine.partitions(); partition++) {
            if (engine.actor(partition) == actor) {
                engine.retireActor(partition);
                LOG.error(
                        "one dot stood for two values in partition {}, whose copy here goes on under a new actor: was"
                                + " the data directory copied, or put back from a backup?",
                        partition);
            }
        }
    }

    /** This node left its cluster or was removed from it: it must not go on. */
    private void stopFor(String sentence) {
        LOG.info("stopping: {}", sentence);
        threads.thread("fence", this::close).start();
    }

    private PeerSettings peerSettings() {
        return PeerSettings.of(versions, config.peer(), config.storage().tombstoneGraceMillis());
    }

    private void startPeers(Transports transports, Map<EventLoop, NodeLoop> loops, MembershipService membership) {
        PeerServer server = lifecycle.opened(
                "peer server",
                new PeerServer(
                        transports.group(),
                        transports.serverChannelClass(),
                        peerSettings(),
                        eventLoop -> loop(loops, eventLoop).peers));
        InetSocketAddress address = address(config.peer().bind(), config.peer().port(), "peer.bind");
        int port = bind(
                "other members",
                "peer.bind",
                "peer.port",
                address,
                () -> server.start(address.getAddress(), address.getPort()));
        opened("other members", address, port);
        // So that a stop loses no answer to what others have asked.
        lifecycle.opened("farewell", () -> server.letGo(() -> membership.part(Parting.Stage.STOPPING)));
    }

    /** So that the first clients find a node that can do something; where the others are away too, it opens all the same. */
    private void meetOthers(MembershipService membership) {
        loading = () -> "meeting the other members";
        try {
            if (!membership.awaitMet(MEETING_NANOS_MAX)) {
                LOG.info("opens for clients, though too few other owners could be asked yet");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while meeting the other members", stopped);
        }
    }

    private void startClients(ClientServer server, NodeMetrics metrics) {
        ClientConfig client = config.client();
        lifecycle.opened("client server", server);
        metrics.gauge(
                "kvorum_client_memory_bytes",
                "What clients hold: requests not whole or not answered, replies not read",
                server.memory()::heldBytes);
        warnOfFewFiles(client);
        InetSocketAddress address = address(client.bind(), client.port(), "bind");
        int port = bind(
                "Redis clients",
                "bind",
                "port",
                address,
                () -> server.start(address).getPort());
        opened("Redis clients", address, port);
        Integer memcachedPort = client.memcachedPort();
        if (memcachedPort != null) {
            InetSocketAddress memcached = address(client.bind(), memcachedPort, "bind");
            int memcachedBound = bind(
                    "memcached clients",
                    "bind",
                    "memcached.port",
                    memcached,
                    () -> server.startMemcached(memcached).getPort());
            opened("memcached clients", memcached, memcachedBound);
        }
    }

    /** What memcached's clients are told of the node; null if there are none. */
    private @Nullable McStats memcachedStats(NodeStatus self, Clock clock) {
        ClientConfig client = config.client();
        Integer port = client.memcachedPort();
        return port == null
                ? null
                : new McStats(
                        self,
                        new McStats.Settings(
                                port,
                                client.bind(),
                                client.limits().bulkBytesMax(),
                                client.password().isSet()),
                        clock::wallMillis);
    }

    private void warnOfFewFiles(ClientConfig client) {
        String possible = String.valueOf(client.connectionsMax());
        config.settings().stream()
                .filter(setting ->
                        setting.name().equals("maxclients") && !setting.value().equals(possible))
                .forEach(setting -> LOG.warn(
                        "no more than {} clients instead of {} (maxclients): too few files may be open, raise ulimit"
                                + " -n",
                        possible,
                        setting.value()));
    }

    private HttpDoor startHttp(Transports transports, ControlThread control) {
        HttpDoor door = lifecycle.opened("http server", new HttpDoor(config.http(), transports, control));
        door.serve(() -> Readiness.notYet(loading.get()), () -> "");
        InetSocketAddress address = address(config.http().bind(), config.http().port(), "http.bind");
        opened("HTTP", address, bind("HTTP", "http.bind", "http.port", address, door::start));
        return door;
    }

    private NodeDescription describe(Founded founded, Transports transports) {
        ReplicationConfig replication = config.replication();
        return new NodeDescription(
                founded.nodeId(),
                config.name(),
                NodeCore.VERSION,
                NodeCore.REDIS_VERSION,
                config.client().port(),
                config.storage().engine().name().toLowerCase(Locale.ROOT),
                transports.kind().name().toLowerCase(Locale.ROOT),
                config.runtime().ioThreads(),
                new NodeDescription.QuorumDefaults(replication.r(), replication.w(), replication.dw()),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                ProcessHandle.current().pid(),
                "");
    }

    private static NodeLoop loop(Map<EventLoop, NodeLoop> loops, EventLoop eventLoop) {
        return Objects.requireNonNull(loops.get(eventLoop), "a loop of another group");
    }

    private static InetSocketAddress address(String host, int port, String property) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException unknown) {
            throw new StartException(property + ": " + host + " is no address of this machine", unknown);
        }
    }

    /** Opens a door, or says whose place is taken. Returns its port. */
    private static int bind(
            String whom,
            String hostProperty,
            String portProperty,
            InetSocketAddress address,
            Callable<Integer> binding) {
        try {
            return binding.call();
        } catch (Exception failure) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String where = String.format(
                    Locale.ROOT,
                    "cannot listen for %s on %s port %d",
                    whom,
                    address.getHostString(),
                    address.getPort());
            String reason = String.valueOf(cause.getMessage());
            throw new StartException(
                    reason.toLowerCase(Locale.ROOT).contains("assign requested address")
                            ? where + ", which is no address of this machine (" + reason + "): set " + hostProperty
                            : where + ", which is in use or not allowed (" + reason
                                    + "): stop what listens there, or set " + portProperty,
                    failure);
        }
    }
}
