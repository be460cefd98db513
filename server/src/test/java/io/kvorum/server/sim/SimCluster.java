package io.kvorum.server.sim;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Position;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.replica.KeyRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Three nodes that own everything, their network, and what happens to them. */
final class SimCluster {
    static final int PARTITIONS = 4;
    private static final int NODES = 3;

    final SimNode[] nodes = new SimNode[NODES];
    final Deque<Runnable> later = new ArrayDeque<>();
    final SimNetwork network;
    final Ring ring;
    long nowNanos = 1_000_000 * SimNode.MILLI;
    private final SplittableRandom random;
    private final List<NodeId> ids = new ArrayList<>();
    private final long[] skewMillis = new long[NODES];

    /** What a node was last told of the copies of another, or all if it has met no such life yet. */
    private final BitSet[][] told = new BitSet[NODES][NODES];

    private final SimNode[][] met = new SimNode[NODES][NODES];

    SimCluster(SplittableRandom random) {
        this.random = random;
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "sim", PARTITIONS, Partitioner.SLOTS, NODES);
        for (int i = 0; i < NODES; i++) {
            NodeId id = NodeId.of(0, i + 1);
            ids.add(id);
            builder.member(new Member(
                    id, new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100), MemberState.JOINING));
            skewMillis[i] = random.nextInt(400);
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(ids.get(partition % NODES));
        }
        ring = builder.plan(new EventId(1, ids.get(0)), new Assignment(tokens)).build();
        network = new SimNetwork(random.split(), nodes);
        for (int i = 0; i < NODES; i++) {
            nodes[i] = new SimNode(this, i, skewMillis[i], random.split());
        }
    }

    ClusterView viewOf(SimNode node) {
        List<NodeId> members = new ArrayList<>();
        boolean[] healthy = new boolean[NODES];
        List<BitSet> unsettled = new ArrayList<>();
        for (int peer = 0; peer < NODES; peer++) {
            int other = node.nodeOf(peer);
            members.add(ids.get(other));
            healthy[peer] = peer == 0 || network.isConnected(node.id, other);
            unsettled.add(peer == 0 ? node.unsettled() : hear(node, other));
        }
        return new ClusterView(ring, members, healthy, unsettled);
    }

    private BitSet hear(SimNode node, int other) {
        SimNode life = nodes[other];
        boolean connected = network.isConnected(node.id, other);
        if (told[node.id][other] == null || (connected && met[node.id][other] != life)) {
            BitSet all = new BitSet();
            all.set(0, PARTITIONS);
            told[node.id][other] = all;
            met[node.id][other] = life;
        }
        if (connected && random.nextInt(3) == 0) {
            told[node.id][other] = life.unsettled();
        }
        return told[node.id][other];
    }

    KeyRef key(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Position position = ring.partitioner().positionOf(bytes, 0, bytes.length);
        return new KeyRef(ring.partitionOf(position.high()), position.high(), position.low(), bytes);
    }

    boolean isSettled() {
        for (SimNode node : nodes) {
            if (!node.up || !node.unsettled().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Time goes on a little, and something happens. */
    void step() {
        int what = random.nextInt(10);
        if (what < 7 && !network.isQuiet()) {
            network.deliverOne();
        } else {
            nowNanos += random.nextInt(1, 400_000);
            for (SimNode node : nodes) {
                if (node.up) {
                    node.wheel.advance(nowNanos);
                    if (random.nextInt(4) == 0) {
                        node.refresh();
                    }
                    node.settler.advance(nowNanos, node);
                }
            }
        }
        while (!later.isEmpty()) {
            later.poll().run();
        }
    }

    /** One node forgets everything: of two that do so one after the other, the first has settled before. */
    void crashOne() {
        List<SimNode> candidates = new ArrayList<>();
        for (SimNode node : nodes) {
            if (!node.up || !node.unsettled().isEmpty()) {
                candidates.add(node);
            }
        }
        if (candidates.size() > 1) {
            return;
        }
        int victim = candidates.isEmpty() ? random.nextInt(NODES) : candidates.get(0).id;
        SimNode ending = nodes[victim];
        ending.up = false;
        network.end(ending);
    }

    void restartAll() {
        for (int i = 0; i < NODES; i++) {
            if (!nodes[i].up) {
                nodes[i] = new SimNode(this, i, skewMillis[i], random.split());
            }
        }
    }

    void breakOne() {
        int one = random.nextInt(NODES);
        network.breakConnection(one, (one + 1) % NODES, random.nextBoolean());
    }

    void heal() {
        network.healAll();
        restartAll();
    }
}
