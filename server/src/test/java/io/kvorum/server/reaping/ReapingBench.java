package io.kvorum.server.reaping;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.background.Budget;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.OnlyCalls;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Four nodes, of which three own each partition, on one virtual clock; whoever leads rounds of reaping leads them. */
final class ReapingBench {
    static final long HOUR = 3_600_000L;
    static final long GRACE = 24 * HOUR;
    static final long LAG = 60_000;
    private static final int NODES = 4;
    private static final int PARTITIONS = 4;
    private static final long TICK_MILLIS = 30_000;

    private final List<NodeId> ids = new ArrayList<>();
    private final Ring ring;
    final List<Node> nodes = new ArrayList<>();
    final Set<Integer> silent = new HashSet<>();
    final List<BitSet> unsettled = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    /** The true time; clocks are off it by {@link Node#skewMillis}. */
    long millis = 1_000_000 * HOUR;

    /** What happens to the next request of this type, instead of its being served: its answer is lost. */
    @Nullable
    MessageType lostOnce;

    /** One node: its copies, what it keeps for others, and its rounds. */
    final class Node {
        final int index;
        final ReapingCounters counters = new ReapingCounters();
        final StampClock stamps;
        final MemoryEngine engine;
        final WatchedHints hints;
        private final ReapResponder responder;
        private final ReapingService service;
        long skewMillis;
        private final List<Runnable> unforced = new ArrayList<>();
        private boolean stalls;
        private Runnable tick = () -> {};

        Node(int index) {
            this.index = index;
            this.stamps = new StampClock(() -> millis + skewMillis, 1_000);
            this.engine =
                    new MemoryEngine(PARTITIONS, 0, ring.partitioner()::high, stamps, new SplittableRandom(index));
            engine.start();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                engine.settle(partition);
            }
            this.hints = new WatchedHints(new MemoryHintStore(1 << 20, VersionObserver.NONE), stamps, ring);
            StorageEngine onDisk = onDisk();
            this.responder = new ReapResponder(onDisk, stamps, hints, () -> view(index), GRACE);
            this.service = new ReapingService(
                    new ReapingPolicy(GRACE, LAG, HOUR * 1_000_000, 60_000_000_000L, 2, 1 << 16, 5),
                    counters,
                    onDisk,
                    stamps,
                    responder,
                    view(index),
                    new Calls(index),
                    new Budget(),
                    loop(),
                    clock());
            service.start();
        }

        /** Nothing that changes from now on is on disk, until that goes on. */
        void stall() {
            stalls = true;
        }

        /** The disk goes on. */
        void goOn() {
            stalls = false;
            unforced.forEach(Runnable::run);
            unforced.clear();
        }

        /** The copies, as if they were on a disk, too. */
        private StorageEngine onDisk() {
            return (StorageEngine) Proxy.newProxyInstance(
                    StorageEngine.class.getClassLoader(),
                    new Class<?>[] {StorageEngine.class},
                    (proxy, method, args) -> {
                        if ("durability".equals(method.getName())) {
                            return Durability.SOON;
                        }
                        if (!"whenDurable".equals(method.getName())) {
                            return method.invoke(engine, args);
                        }
                        Runnable forced = () -> ((DurableCallback) args[1]).complete((Long) args[0], true);
                        if (stalls) {
                            unforced.add(forced);
                        } else {
                            forced.run();
                        }
                        return null;
                    });
        }

        private TaskLoop loop() {
            return new TaskLoop() {
                @Override
                public boolean execute(Runnable task) {
                    return tasks.add(task);
                }

                @Override
                public Scheduled schedule(long delayNanos, Runnable task) {
                    throw new AssertionError("nothing is scheduled");
                }

                @Override
                public Scheduled every(long intervalNanos, Runnable task) {
                    tick = task;
                    return () -> tick = () -> {};
                }

                @Override
                public boolean inLoop() {
                    return true;
                }
            };
        }

        private Clock clock() {
            return new Clock() {
                @Override
                public long nanoTime() {
                    return millis * 1_000_000;
                }

                @Override
                public long wallMillis() {
                    return millis + skewMillis;
                }
            };
        }
    }

    /** The way from one node to the others, by its own peer numbers. */
    private final class Calls extends OnlyCalls {
        private final int from;

        Calls(int from) {
            this.from = from;
        }

        @Override
        public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
            tasks.add(() -> deliver(peer, request, handler));
        }

        private void deliver(int peer, PeerMessage request, ReplyHandler handler) {
            int to = numberOf(from, peer);
            if (silent.contains(to) || silent.contains(from)) {
                handler.onLost(peer);
                return;
            }
            if (request instanceof Write write) {
                byte[] record = write.record();
                merge(to, record, new String(RecordBytes.key(record), UTF_8));
                handler.onReply(peer, new WriteAnswer(WriteAnswer.Status.MERGED));
                return;
            }
            Map<MessageType, PeerRequestHandler> handlers =
                    nodes.get(to).responder.handlers();
            boolean lost = request.type() == lostOnce;
            lostOnce = lost ? null : lostOnce;
            Objects.requireNonNull(handlers.get(request.type()))
                    .handle(numberOf(to, from), request, new FrameInfo(0, 0), reply -> {
                        if (lost) {
                            handler.onLost(peer);
                        } else {
                            handler.onReply(peer, reply);
                        }
                    });
        }
    }

    ReapingBench() {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "bench", PARTITIONS, Partitioner.SLOTS, 3);
        for (int i = 0; i < NODES; i++) {
            NodeId id = NodeId.of(0, i + 1);
            ids.add(id);
            unsettled.add(new BitSet());
            builder.member(new Member(
                    id, new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100), MemberState.JOINING));
        }
        // Partition i belongs to nodes i, i + 1 and i + 2.
        ring = builder.plan(new EventId(1, ids.get(0)), new Assignment(ids)).build();
        for (int i = 0; i < NODES; i++) {
            nodes.add(new Node(i));
        }
        viewsChange();
    }

    /** Tells every node who has settled what. */
    void viewsChange() {
        nodes.forEach(node -> node.service.viewChanged(view(node.index)));
    }

    private ClusterView view(int self) {
        List<NodeId> members = new ArrayList<>();
        List<BitSet> copies = new ArrayList<>();
        for (int peer = 0; peer < NODES; peer++) {
            members.add(ids.get(numberOf(self, peer)));
            copies.add(unsettled.get(numberOf(self, peer)));
        }
        boolean[] healthy = {true, true, true, true};
        return new ClusterView(ring, members, healthy, copies);
    }

    /** Each node is its own peer 0, and the others follow in a circle. */
    private static int numberOf(int self, int peer) {
        return (self + peer) % NODES;
    }

    /** Lets time pass; everybody does what there is to do. */
    void pass(long time) {
        for (long end = millis + time; millis < end; millis += TICK_MILLIS) {
            for (Node node : nodes) {
                if (!silent.contains(node.index)) {
                    node.tick.run();
                }
            }
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    /** A key of the partition that nodes 0, 1 and 2 own. */
    String key(int number) {
        for (int i = 0, found = 0; ; i++) {
            String key = "key" + i;
            if (partition(key) == 0 && found++ == number) {
                return key;
            }
        }
    }

    int partition(String key) {
        return ring.partitionOf(high(key));
    }

    long high(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        return ring.partitioner().high(bytes, 0, bytes.length);
    }

    /** Writes at a node alone, superseding all that it has. */
    byte @Nullable [] write(int node, String key, String value) {
        return update(node, key, (current, scope) -> {
            byte[] bytes = value.getBytes(UTF_8);
            return Versions.write(current, draft(key, current, scope).value(bytes, 0, bytes.length));
        });
    }

    /** A write that expires. */
    byte @Nullable [] write(int node, String key, String value, long expireAtMillis) {
        return update(node, key, (current, scope) -> {
            byte[] bytes = value.getBytes(UTF_8);
            return Versions.write(
                    current,
                    draft(key, current, scope).value(bytes, 0, bytes.length).expireAtMillis(expireAtMillis));
        });
    }

    /** Deletes at a node alone. */
    byte @Nullable [] delete(int node, String key) {
        return update(
                node,
                key,
                (current, scope) ->
                        Versions.write(current, draft(key, current, scope).tombstone()));
    }

    private static Draft draft(String key, byte @Nullable [] current, PartitionScope scope) {
        byte[] bytes = key.getBytes(UTF_8);
        return new Draft()
                .key(bytes, 0, bytes.length)
                .dot(scope.actor(), scope.nextStamp(current == null ? 0 : Versions.newestStamp(current)));
    }

    private byte @Nullable [] update(int node, String key, Mutation mutation) {
        byte[] bytes = key.getBytes(UTF_8);
        long ticket = nodes.get(node).engine.update(partition(key), high(key), bytes, 0, bytes.length, mutation);
        if (ticket < 0) {
            throw new AssertionError("refused: " + ticket);
        }
        return record(node, key);
    }

    /** A record comes to a node. */
    void merge(int node, byte @Nullable [] record, String key) {
        byte[] coming = Objects.requireNonNull(record);
        byte @Nullable [] unused = update(
                node,
                key,
                (current, scope) -> current == null ? coming : Merge.merge(current, coming, VersionObserver.NONE));
    }

    /** All owners get what each of them has. */
    void spread(String key) {
        for (int from = 0; from < 3; from++) {
            for (int to = 0; to < 3; to++) {
                if (record(from, key) != null) {
                    merge(to, record(from, key), key);
                }
            }
        }
    }

    byte @Nullable [] record(int node, String key) {
        byte[] bytes = key.getBytes(UTF_8);
        return nodes.get(node).engine.read(partition(key), StorageEngine.tableHash(high(key)), bytes, 0, bytes.length);
    }

    /** Which of the owners have a record of a key. */
    List<Integer> holders(String key) {
        List<Integer> holders = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            if (record(node, key) != null) {
                holders.add(node);
            }
        }
        return holders;
    }

    /** Whether a read at an owner shows a value. */
    boolean isLive(int node, String key) {
        byte[] record = record(node, key);
        return record != null && Visible.hasLive(record, millis);
    }

    /** A hint of node 3 for one of the owners. */
    void hint(int target, byte @Nullable [] record, String key) {
        nodes.get(3).hints.put(ids.get(target).uuid(), high(key), Objects.requireNonNull(record), outcome -> {});
    }

    /** Node 3 hands over what it keeps for an owner. */
    void handOff(int target, String key) {
        WatchedHints hints = nodes.get(3).hints;
        UUID id = ids.get(target).uuid();
        hints.scan(
                id,
                0,
                Integer.MAX_VALUE,
                part -> Objects.requireNonNull(part).records().forEach(record -> {
                    merge(target, record, key);
                    hints.remove(id, high(key), record, removed -> {});
                }));
    }
}
