package io.kvorum.server.command.keyspace;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.UUID;

/** Nodes in one thread, in virtual time, whose requests to each other wait in a queue. */
final class TestCluster {
    static final long START_MILLIS = 1_700_000_000_000L;

    final List<TestNode> nodes = new ArrayList<>();
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final Ring ring;
    long nowMillis = START_MILLIS;

    /** So much time passes whenever somebody looks at the clock. */
    long nanosEachReading;

    private long readNanos;

    final Clock clock = new Clock() {
        @Override
        public long wallMillis() {
            return nowMillis;
        }

        @Override
        public long nanoTime() {
            readNanos += nanosEachReading;
            return (nowMillis - START_MILLIS) * 1_000_000 + readNanos;
        }
    };

    TestCluster(int size, int partitions, int n) {
        RingBuilder builder = new RingBuilder(new UUID(0, 1), "test", partitions, Partitioner.SLOTS, n);
        List<NodeId> tokens = new ArrayList<>();
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            NodeId id = NodeId.of(7, i);
            ids.add(id);
            MemberSpec spec = new MemberSpec("n" + i, "", "localhost", 7379 + i, 0, 0, 0, 100);
            builder.member(new Member(id, spec, MemberState.SERVING));
        }
        for (int i = 0; i < partitions; i++) {
            tokens.add(ids.get(i % size));
        }
        ring = builder.plan(null, new Assignment(tokens)).build();
        for (int i = 0; i < size; i++) {
            nodes.add(new TestNode(this, i));
        }
        for (int i = 0; i < size; i++) {
            nodes.get(i).view(view(i, new BitSet()));
        }
    }

    /** Each node is number 0 for itself; the others follow in their order. */
    ClusterView view(int self, BitSet down) {
        return view(self, down, Collections.nCopies(nodes.size(), new BitSet()));
    }

    private ClusterView view(int self, BitSet down, List<BitSet> unsettled) {
        List<NodeId> members = new ArrayList<>();
        boolean[] healthy = new boolean[nodes.size()];
        for (int peer = 0; peer < nodes.size(); peer++) {
            members.add(NodeId.of(7, nodeOf(self, peer)));
            healthy[peer] = !down.get(nodeOf(self, peer));
        }
        return new ClusterView(ring, members, healthy, unsettled);
    }

    /** A node that knows that its copies have forgotten something. */
    ClusterView unsettledView(int self) {
        List<BitSet> unsettled = new ArrayList<>(Collections.nCopies(nodes.size(), new BitSet()));
        BitSet all = new BitSet();
        all.set(0, ring.partitions());
        unsettled.set(0, all);
        return view(self, new BitSet(), unsettled);
    }

    /** A node that believes all others down. */
    ClusterView aloneView(int self) {
        BitSet down = new BitSet();
        down.set(0, nodes.size());
        down.clear(self);
        return view(self, down);
    }

    int nodeOf(int self, int peer) {
        return peer == 0 ? self : peer <= self ? peer - 1 : peer;
    }

    TestNode node(int i) {
        return nodes.get(i);
    }

    void advance(long millis) {
        nowMillis += millis;
        nodes.forEach(node -> node.wheel.advance(clock.nanoTime()));
        run();
    }

    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Runs tasks and timers until nothing is left to do. */
    void settle() {
        run();
        for (int i = 0; i < 100_000 && nodes.stream().anyMatch(node -> !node.wheel.isEmpty()); i++) {
            advance(5);
        }
    }

    /** Hands a node's record of a key, if it has one, to another. */
    void exchange(TestNode from, TestNode to, byte[] key) {
        long high = ring.partitioner().high(key, 0, key.length);
        int partition = ring.partitionOf(high);
        byte[] record = from.engine.read(partition, StorageEngine.tableHash(high), key, 0, key.length);
        if (record != null) {
            RecordBytes.check(record);
            to.engine.update(
                    partition,
                    high,
                    key,
                    0,
                    key.length,
                    (current, scope) -> current == null ? record : Merge.merge(current, record, VersionObserver.NONE));
        }
    }
}
