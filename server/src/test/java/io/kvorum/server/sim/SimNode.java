package io.kvorum.server.sim;

import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.repair.CopySettler;
import io.kvorum.server.repair.PullResponder;
import io.kvorum.server.repair.SettlerEffects;
import io.kvorum.server.repair.SettlerPolicy;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.StampClock;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One life of a node: begins with empty copies, and pulls what the others have. */
final class SimNode implements SettlerEffects {
    static final long MILLI = 1_000_000;
    private static final SettlerPolicy SETTLING = new SettlerPolicy(2, 200, MILLI, 5 * MILLI);

    final int id;
    final SimCluster cluster;
    final StampClock stamps;
    final MemoryEngine engine;
    final ReplicaService replica;
    final Coordinator coordinator;
    final DeadlineWheel wheel;
    final CopySettler settler = new CopySettler(SETTLING);
    final PeerTransport transport;
    private final PullResponder pulls;
    private final boolean[] wasConnected;
    boolean up = true;
    ClusterView view;

    SimNode(SimCluster cluster, int id, long skewMillis, SplittableRandom random) {
        this.cluster = cluster;
        this.id = id;
        this.wasConnected = new boolean[cluster.nodes.length];
        stamps = new StampClock(() -> (cluster.nowNanos / MILLI) + skewMillis, 1_000);
        engine = new MemoryEngine(SimCluster.PARTITIONS, 0, cluster.ring.partitioner()::high, stamps, random.split());
        engine.start();
        view = cluster.viewOf(this);
        replica = new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, 24 * 3600 * 1000L);
        pulls = new PullResponder(engine, () -> view, 200);
        transport = cluster.network.transportOf(this);
        wheel = new DeadlineWheel(cluster.nowNanos, MILLI);
        coordinator = new Coordinator(
                replica,
                transport,
                wheel,
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return (cluster.nowNanos / MILLI) + skewMillis;
                    }

                    @Override
                    public long nanoTime() {
                        return cluster.nowNanos;
                    }
                },
                () -> view,
                new QuorumPolicy(3, 2, 2, 0, 50 * MILLI, 50 * MILLI, 0.1, true, 5 * MILLI),
                peer -> {},
                CoordinatorMetrics.NONE,
                random.split());
    }

    int nodeOf(int peer) {
        return (id + peer) % cluster.nodes.length;
    }

    int peerOf(int node) {
        return (node - id + cluster.nodes.length) % cluster.nodes.length;
    }

    BitSet unsettled() {
        BitSet unsettled = new BitSet();
        for (int partition = 0; partition < SimCluster.PARTITIONS; partition++) {
            unsettled.set(partition, !engine.isSettled(partition));
        }
        return unsettled;
    }

    /** What membership does now and then: looks who is there, tells the settler, publishes a view. */
    void refresh() {
        view = cluster.viewOf(this);
        for (int node = 0; node < wasConnected.length; node++) {
            boolean connected = node != id && cluster.network.isConnected(id, node);
            if (connected && !wasConnected[node]) {
                settler.onPeerUp(peerOf(node), cluster.nowNanos, this);
            } else if (!connected && wasConnected[node]) {
                settler.onPeerDown(peerOf(node));
            }
            wasConnected[node] = connected;
        }
        int[][] owners = new int[SimCluster.PARTITIONS][];
        for (int partition = 0; partition < owners.length; partition++) {
            owners[partition] = view.owners(partition);
        }
        settler.onOwners(unsettled(), owners, cluster.nowNanos, this);
    }

    PeerMessage answer(int peer, PeerMessage request, long senderClock) {
        if (request instanceof Read read) {
            return replica.answer(read);
        }
        if (request instanceof Write write) {
            return replica.answer(write, senderClock);
        }
        AtomicReference<@Nullable PeerMessage> answer = new AtomicReference<>();
        pulls.handle(peer, request, new FrameInfo(cluster.nowNanos, senderClock), answer::set);
        PeerMessage given = answer.get();
        if (given == null) {
            throw new IllegalStateException("no answer to " + request);
        }
        return given;
    }

    @Override
    public long rootSum(int partition) {
        return engine.root(partition);
    }

    @Override
    public void pull(int peer, int partition, long fromHash, long knownSum, int chunkBytes) {
        ReplyHandler handler = new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                settler.onAnswer(from, partition, (PullAnswer) reply, cluster.nowNanos, SimNode.this);
            }

            @Override
            public void onLost(int from) {
                // Never from within the settler, as the control thread's calls are.
                cluster.later.add(() -> {
                    if (up) {
                        settler.onFailed(from, partition, cluster.nowNanos, SimNode.this);
                    }
                });
            }
        };
        Pull request = new Pull(partition, fromHash, knownSum, chunkBytes);
        if (transport.call(peer, request, cluster.nowNanos + MILLI, handler) == PeerTransport.NOT_SENT) {
            handler.onLost(peer);
        }
    }

    @Override
    public boolean merge(int partition, byte[] record) {
        return replica.mergeFromElsewhere(partition, record);
    }

    @Override
    public void settled(int partition) {
        engine.settle(partition);
    }
}
