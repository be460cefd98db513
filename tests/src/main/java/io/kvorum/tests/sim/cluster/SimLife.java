package io.kvorum.tests.sim.cluster;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.server.NodeCore;
import io.kvorum.server.background.Budget;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.Joining;
import io.kvorum.server.membership.MembershipService;
import io.kvorum.server.peer.LoopPeerCalls;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.tests.sim.world.SimThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One life of a node's process, from its start to its crash. */
public final class SimLife {
    /** No life has more loops. */
    static final int LOOPS_MAX = 2;

    /** Where a node keeps what it has on disk. */
    static final Path DATA = Path.of("/data");

    private final SimNode node;
    private final Sabotage sabotage;
    private final long bootId;
    private final Founded founded;
    private final StampClock stamps;
    private final StorageEngine engine;
    private final HintStore hints;
    private final @Nullable SimStorage storage;
    private final SimThread control;
    private final MembershipService membership;
    private final NodeCore core;
    private final List<SimLoop> loops = new ArrayList<>();
    private final List<SimSession> incoming = new ArrayList<>();
    private boolean ended;

    /**
     * Starts a process.
     *
     * @param actors where durable storage draws the actors of its copies from
     * @param memory the copies that were not lost, or new ones; null if they are on the disk
     */
    SimLife(
            SimNode node,
            RandomSource random,
            RandomSource actors,
            SimNode.@Nullable Memory memory,
            CoordinatorMetrics metrics) {
        this.node = node;
        this.sabotage = node.cluster().sabotage();
        this.bootId = random.generator("boot").nextLong();
        this.founded = Founded.open(
                sabotage.disk(node.disk()),
                DATA,
                node.config().cluster(),
                node.config().replication().n(),
                node.config().cluster().seeds().isEmpty()
                        ? Joining.NONE
                        : new SimJoining(node, random.generator("joining")));
        if (memory == null) {
            SimStorage opened = new SimStorage(node, founded, random, actors);
            this.storage = opened;
            this.stamps = opened.stamps();
            this.engine = opened.engine();
            this.hints = opened.hints();
        } else {
            this.storage = null;
            this.stamps = memory.stamps();
            this.engine = memory.engine();
            this.hints = memory.hints();
        }
        HintStore watched =
                sabotage.hints(new WatchedHints(hints, node.cluster().watcher(), node.index()));
        this.control = new SimThread(node.cluster().time(), node, random.generator("control"), "control");
        NodeCore.Foundation foundation = new NodeCore.Foundation(
                node.config(),
                founded,
                bootId,
                storage == null ? Long.MAX_VALUE : storage.livesKnownUpTo(),
                node.clock(),
                stamps,
                random,
                sabotage.hintActors(random.generator("hint-actors")),
                engine,
                watched,
                control,
                observing(node.cluster().watcher().versions(node.index())),
                new Budget());
        this.membership = foundation.membership();
        this.core = new NodeCore(foundation, membership, new SessionDirectory(), List.of());
        for (int number = 0; number < node.config().runtime().ioThreads(); number++) {
            loops.add(new SimLoop(this, core, number, random, metrics));
        }
        core.start(
                new LoopPeerCalls(
                        node.clock(),
                        loops.stream().map(SimLoop::thread).toList(),
                        loops.stream().map(SimLoop::lines).toList(),
                        control,
                        this::closeIncoming),
                new LoopBarrier(loops.stream().map(SimLoop::thread).toList()),
                sentence -> {
                    throw new IllegalStateException("nobody was removed, but " + node + " was told: " + sentence);
                });
    }

    /** Its machine. */
    public SimNode node() {
        return node;
    }

    /** Its parts above sockets. */
    public NodeCore core() {
        return core;
    }

    /** Its membership. */
    public MembershipService membership() {
        return membership;
    }

    /** Its copies. */
    public StorageEngine engine() {
        return engine;
    }

    /** What it keeps for others. */
    public HintStore hints() {
        return hints;
    }

    /** Its hybrid clock. */
    public StampClock stamps() {
        return stamps;
    }

    /** The thread of what it does by itself. */
    public SimThread control() {
        return control;
    }

    /** Whether the process is gone. */
    public boolean hasEnded() {
        return ended;
    }

    /** Connects a client to one of its loops. */
    public SimDoor connect(int loop, SimDoor.Client client, RandomSource random) {
        SimLoop chosen = loopFor(loop);
        return chosen.open(new SimDoor(chosen, client, random.generator("door")));
    }

    /** Whether a node is a member, for all that is known here; it is refused else. */
    boolean knows(SimNode other) {
        return membership.peers().directory().entries().stream()
                .anyMatch(entry -> node.cluster().nodeOf(entry.id()).equals(other));
    }

    /** The peer number of a node here. */
    int peerOf(SimNode other) {
        return membership.peers().directory().entries().stream()
                .filter(entry -> node.cluster().nodeOf(entry.id()).equals(other))
                .findFirst()
                .orElseThrow()
                .peer();
    }

    SimLoop loopFor(int number) {
        return loops.get(number % loops.size());
    }

    List<SimSession> incoming() {
        return incoming;
    }

    /** Names this life. */
    public long bootId() {
        return bootId;
    }

    Founded founded() {
        return founded;
    }

    Sabotage sabotage() {
        return sabotage;
    }

    /**
     * The process ends without a word of its own.
     *
     * @param told whether its machine lives on and closes its connections
     */
    void end(boolean told) {
        endDoors(told);
        if (storage != null) {
            storage.endThreads();
        }
        founded.close();
    }

    /** Whether its journal has failed and takes nothing. */
    boolean hasFailed() {
        return storage != null && storage.hasFailed();
    }

    /**
     * The process ends in order, as it was asked to.
     *
     * @throws java.io.UncheckedIOException if the disk does not take what is to be left on it
     */
    void stop() {
        endDoors(true);
        try {
            if (storage != null) {
                storage.close();
            }
        } finally {
            founded.close();
        }
    }

    private void endDoors(boolean told) {
        ended = true;
        control.end();
        loops.forEach(SimLoop::end);
        if (told) {
            incoming.forEach(SimSession::closeAtServer);
        }
    }

    /** Ends the connections between this node and another, in both directions, and both learn of it. */
    void reset(int other) {
        for (SimSession session : List.copyOf(incoming)) {
            if (session.isFrom(other)) {
                session.closeAtServer();
            }
        }
    }

    private void closeIncoming(int peer) {
        int other = node.cluster()
                .nodeOf(membership.peers().directory().get(peer).id())
                .index();
        reset(other);
    }

    private static ReplicaObserver observing(VersionObserver versions) {
        return new ReplicaObserver() {
            @Override
            public void damagedIdentity(long actor, long stamp) {
                versions.damagedIdentity(actor, stamp);
            }

            @Override
            public void supersededForgotten(long actor, long stamp) {
                versions.supersededForgotten(actor, stamp);
            }

            @Override
            public void counterSaturated() {
                versions.counterSaturated();
            }

            @Override
            public void manySiblings(int count) {
                versions.manySiblings(count);
            }

            @Override
            public void siblingsSuperseded(int count) {
                versions.siblingsSuperseded(count);
            }

            @Override
            public void invalidRecord(DecodeException why) {
                throw new IllegalStateException("a node was sent a record that is none", why);
            }
        };
    }
}
