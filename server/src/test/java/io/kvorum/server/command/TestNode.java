package io.kvorum.server.command;

import io.kvorum.ring.NodeId;
import io.kvorum.server.command.keyspace.KeyspaceCommands;
import io.kvorum.server.command.memcached.Leases;
import io.kvorum.server.command.memcached.McCommands;
import io.kvorum.server.command.versioned.VersionedCommands;
import io.kvorum.server.command.versioned.VersionedSettings;
import io.kvorum.server.config.Secret;
import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.coordinator.MissedWrites;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.coordinator.SlowDisk;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.NotedHealth;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.replica.HintActors;
import io.kvorum.server.replica.HintService;
import io.kvorum.server.replica.ReadService;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** One node of a {@link TestCluster}, with one loop. Peer 0 is the node itself; the others follow in their order. */
final class TestNode implements PeerTransport {
    private static final long DAY_MILLIS = 24 * 3600 * 1000L;
    private static final long HINT_BYTES_MAX = 1 << 24;

    final int index;
    final List<Integer> peers = new ArrayList<>();
    final DeadlineWheel wheel;
    final StampClock stamps;
    final SlowDisk disk = new SlowDisk();
    final MemoryEngine engine;
    final HintStore hints = onDisk(new MemoryHintStore(HINT_BYTES_MAX, VersionObserver.NONE));
    final ReplicaService replica;
    final CommandLoop loop;

    /** Calls that somebody here waits for. */
    final Map<Long, ReplyHandler> waiting = new HashMap<>();

    private final TestCluster cluster;
    private final ForwardService forwards;
    private final WriteService writes;
    private final ReadService reads;
    private final HintService hintService;
    private final BitSet unreachable = new BitSet();
    private final boolean[] healthy;
    private final List<BitSet> unsettled = new ArrayList<>();
    private ClusterView view;
    private long calls;

    TestNode(TestCluster cluster, int index) {
        this.cluster = cluster;
        this.index = index;
        wheel = new DeadlineWheel(cluster.clock.nanoTime(), TestCluster.MILLI);
        stamps = new StampClock(cluster.clock::wallMillis, 1_000);
        peers.add(index);
        for (int i = 0; i < cluster.ids.size(); i++) {
            if (i != index) {
                peers.add(i);
            }
        }
        healthy = new boolean[peers.size()];
        Arrays.fill(healthy, true);
        peers.forEach(peer -> unsettled.add(new BitSet()));
        view = newView();
        engine = new MemoryEngine(
                TestCluster.PARTITIONS, 0, cluster.ring.partitioner()::high, stamps, new SplittableRandom(index));
        engine.start();
        for (int partition = 0; partition < TestCluster.PARTITIONS; partition++) {
            engine.settle(partition);
        }
        disk.refusing = () -> cluster.interference.ofChange(this);
        disk.whenAwaited = () -> cluster.interference.awaited(this);
        replica = new ReplicaService(
                disk.over(engine), stamps, () -> view, ReplicaObserver.NONE, Runnable::run, DAY_MILLIS);
        hintService = new HintService(
                hints, new HintActors(stamps, new SplittableRandom(100 + index)), () -> view, replica, Runnable::run);
        Coordinator coordinator = new Coordinator(
                replica,
                this,
                wheel,
                cluster.clock,
                () -> view,
                new QuorumPolicy(
                        cluster.n,
                        2,
                        2,
                        0,
                        500 * TestCluster.MILLI,
                        1000 * TestCluster.MILLI,
                        0,
                        true,
                        10 * TestCluster.MILLI),
                new NotedHealth(),
                MissedWrites.NONE,
                hintService,
                CoordinatorMetrics.NONE,
                RandomGenerator.of("L64X128MixRandom"));
        loop = new CommandLoop(new CommandLoop.Parts(
                new CommandTable(List.of(commands())),
                new NodeFacts("1.0.0", "7.2.0", Secret.NONE, 1 << 16, false, peer -> "n" + peers.get(peer)),
                new CoordinatedKeys(coordinator, 1 << 20),
                this,
                new NotedHealth(),
                wheel,
                cluster.clock,
                CommandRecorder.NONE,
                new SessionDirectory().join(Runnable::run),
                cluster.codec(),
                new SlowLog(10_000_000, 128),
                UnpooledByteBufAllocator.DEFAULT));
        forwards = new ForwardService(loop);
        writes = new WriteService(replica, wheel, cluster.clock);
        reads = new ReadService(replica);
    }

    /** As a store on disk answers. */
    private static HintStore onDisk(HintStore store) {
        return (HintStore) Proxy.newProxyInstance(
                HintStore.class.getClassLoader(), new Class<?>[] {HintStore.class}, (proxy, method, arguments) -> {
                    if (!"put".equals(method.getName())) {
                        return method.invoke(store, arguments);
                    }
                    HintStore.PutCallback callback = (HintStore.PutCallback) arguments[3];
                    store.put(
                            (UUID) arguments[0],
                            (long) arguments[1],
                            (byte[]) arguments[2],
                            outcome -> callback.done(
                                    outcome == HintStore.Outcome.HELD ? HintStore.Outcome.DURABLE : outcome));
                    return null;
                });
    }

    private List<Command> commands() {
        List<Command> commands = new ArrayList<>();
        commands.addAll(ConnectionCommands.commands());
        commands.addAll(StringCommands.commands());
        commands.addAll(VersionedCommands.commands(new VersionedSettings(2, 2, 0, 1_000), VersionObserver.NONE));
        commands.addAll(McCommands.commands(new Leases()));
        commands.addAll(KeyspaceCommands.commands(
                List.copyOf(commands),
                engine,
                (done, failed) -> failed.accept("ERR nobody flushes here"),
                new SplittableRandom(index)));
        return commands;
    }

    TestCluster cluster() {
        return cluster;
    }

    NodeId id() {
        return cluster.ids.get(index);
    }

    private ClusterView newView() {
        return new ClusterView(
                cluster.ring, peers.stream().map(cluster.ids::get).toList(), healthy, unsettled);
    }

    /** Whether this node thinks well of another. */
    void setHealthy(TestNode other, boolean isHealthy) {
        healthy[peers.indexOf(other.index)] = isHealthy;
        view = newView();
    }

    /** Whether this node knows of a connection to another. */
    void setReachable(TestNode other, boolean isReachable) {
        unreachable.set(peers.indexOf(other.index), !isReachable);
    }

    /** Lets this node believe that a copy has forgotten something, in all partitions. */
    void unsettle(TestNode other) {
        unsettled.get(peers.indexOf(other.index)).set(0, TestCluster.PARTITIONS);
        view = newView();
    }

    /** Lets this node think well of all. */
    void trustAll() {
        Arrays.fill(healthy, true);
        unreachable.clear();
        unsettled.forEach(BitSet::clear);
        view = newView();
    }

    @Override
    public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        TestNode target = cluster.nodes.get(peers.get(peer));
        Interference.Fate fate = unreachable.get(peer)
                ? Interference.Fate.of(Interference.Way.NOT_SENT)
                : cluster.interference.ofMessage(this, target, request);
        if (fate.way() == Interference.Way.NOT_SENT) {
            return NOT_SENT;
        }
        long number = ++calls;
        waiting.put(number, handler);
        if (!cluster.isCut(index, target.index)) {
            Carriage carriage = new Carriage(target, peer, number, request, fate);
            FrameInfo info = new FrameInfo(deadlineNanos, stamps.current());
            (fate.way() == Interference.Way.TAKEN_LATE ? cluster.late : cluster.network)
                    .add(() -> carriage.arrive(info));
        }
        return number;
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        TestNode target = cluster.nodes.get(peers.get(peer));
        if (!unreachable.get(peer) && !cluster.isCut(index, target.index)) {
            FrameInfo info = new FrameInfo(cluster.clock.nanoTime(), stamps.current());
            cluster.network.add(() -> target.take(message, info, answer -> {}));
        }
    }

    @Override
    public void forget(int peer, long call) {
        waiting.remove(call);
    }

    @Override
    public boolean isReachable(int peer) {
        return !unreachable.get(peer);
    }

    @Override
    public boolean isConnected(int peer) {
        return healthy[peer];
    }

    private void take(PeerMessage request, FrameInfo info, Answer answer) {
        if (request instanceof Read) {
            reads.handle(0, request, info, answer);
        } else if (request instanceof Write) {
            writes.handle(0, request, info, answer);
        } else if (request instanceof HintedWrite) {
            hintService.write(0, request, info, answer);
        } else if (request instanceof HintedRead) {
            hintService.read(0, request, info, answer);
        } else if (request instanceof Forward) {
            forwards.handle(0, request, info, answer);
        } else {
            throw new AssertionError(request);
        }
    }

    /** One request on its way, and its answer on its way back. */
    private final class Carriage {
        private final TestNode target;
        private final int peer;
        private final long number;
        private final PeerMessage request;
        private final Interference.Fate fate;

        Carriage(TestNode target, int peer, long number, PeerMessage request, Interference.Fate fate) {
            this.target = target;
            this.peer = peer;
            this.number = number;
            this.request = request;
            this.fate = fate;
        }

        void arrive(FrameInfo info) {
            fate.beforeArrival().run();
            PeerMessage instead = fate.instead();
            switch (fate.way()) {
                case LOST -> lose();
                case NOT_SENT, SILENT -> {}
                case TAKEN_AND_LOST, TAKEN_AND_SILENT, ANSWERED_LATE, TAKEN_LATE, ANSWERED -> {
                    if (instead == null) {
                        target.take(request, info, this::goBack);
                    } else {
                        goBack(instead);
                    }
                }
            }
        }

        private void goBack(PeerMessage answer) {
            if (cluster.isCut(target.index, index)) {
                return;
            }
            switch (fate.way()) {
                case TAKEN_AND_LOST -> cluster.network.add(this::lose);
                case ANSWERED_LATE -> cluster.late.add(() -> comeBack(answer));
                case TAKEN_LATE, ANSWERED -> cluster.network.add(() -> comeBack(answer));
                case NOT_SENT, LOST, SILENT, TAKEN_AND_SILENT -> {}
            }
        }

        private void comeBack(PeerMessage answer) {
            fate.beforeAnswer().run();
            ReplyHandler handler = waiting.remove(number);
            if (handler != null) {
                cluster.interference.answered(TestNode.this, target, request, answer);
                handler.onReply(peer, answer);
            }
        }

        private void lose() {
            ReplyHandler handler = waiting.remove(number);
            if (handler != null) {
                handler.onLost(peer);
            }
        }
    }
}
