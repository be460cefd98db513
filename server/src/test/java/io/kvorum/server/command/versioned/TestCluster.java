package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.CommandRecorder;
import io.kvorum.server.command.CommandTable;
import io.kvorum.server.command.ConnectionCommands;
import io.kvorum.server.command.CoordinatedKeys;
import io.kvorum.server.command.ForwardService;
import io.kvorum.server.command.NodeFacts;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.StringCommands;
import io.kvorum.server.config.Secret;
import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.coordinator.MissedWrites;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whole nodes from request to replica, in one thread under a virtual clock. Messages between nodes arrive at once and in
 * order, unless the way is {@linkplain #cut cut}: then nothing arrives, and nobody is told.
 */
final class TestCluster {
    private static final long MILLI = 1_000_000;
    private static final int PARTITIONS = 8;
    private static final long DAY_MILLIS = 24 * 3600 * 1000L;
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.US_ASCII);

    private final List<TestNode> nodes = new ArrayList<>();
    private final List<NodeId> ids = new ArrayList<>();
    private final Set<List<Integer>> cuts = new HashSet<>();
    private final Deque<Runnable> network = new ArrayDeque<>();
    private final Ring ring;
    private final int n;
    private long nowNanos = 1_700_000_000_000L * MILLI;

    TestCluster(int count, int n) {
        this.n = n;
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "test", PARTITIONS, Partitioner.SLOTS, n);
        for (int i = 0; i < count; i++) {
            NodeId id = NodeId.of(0, i + 1);
            ids.add(id);
            MemberSpec spec = new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100);
            builder.member(new Member(id, spec, MemberState.SERVING));
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(ids.get(partition % count));
        }
        ring = builder.plan(new EventId(1, ids.get(0)), new Assignment(tokens)).build();
        for (int i = 0; i < count; i++) {
            nodes.add(new TestNode(i));
        }
    }

    /** Lets nothing pass from one node to the other any more. */
    void cut(int from, int to) {
        cuts.add(List.of(from, to));
    }

    void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    void healAll() {
        cuts.clear();
    }

    /** Lets time pass, in steps short enough for hedges and deadlines to happen in their order. */
    void pass(long millis) {
        for (long step = 0; step < millis; step += 5) {
            nowNanos += 5 * MILLI;
            for (TestNode node : nodes) {
                node.wheel.advance(nowNanos);
            }
            settle();
        }
    }

    Client client(int node) {
        return new Client(nodes.get(node));
    }

    byte @Nullable [] stored(int node, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        long high = ring.partitioner().high(bytes, 0, bytes.length);
        return nodes.get(node).replica.read(ring.partitionOf(high), high, bytes, 0, bytes.length);
    }

    /** A key whose first owner is this node. */
    String keyOf(int node) {
        for (int i = 0; ; i++) {
            byte[] key = ("key:" + i).getBytes(StandardCharsets.UTF_8);
            int partition = ring.partitionOf(ring.partitioner().high(key, 0, key.length));
            if (ring.preferenceList(partition).owners().get(0).equals(ids.get(node))) {
                return "key:" + i;
            }
        }
    }

    ContextCodec codec() {
        return new ContextCodec(SECRET);
    }

    long nowMillis() {
        return nowNanos / MILLI;
    }

    private void settle() {
        for (Runnable message = network.poll(); message != null; message = network.poll()) {
            message.run();
        }
    }

    /** A connection of a client. */
    final class Client {
        private final TestNode node;
        private final Session session = new Session(1, "127.0.0.1:5", "127.0.0.1:6379", true, nowNanos);
        private final ReplyQueue queue = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});

        Client(TestNode node) {
            this.node = node;
        }

        /** Sends a command and returns its reply, or null if there is none yet. */
        @Nullable
        RespReply send(String... words) {
            RespRequestBuilder builder = new RespRequestBuilder();
            byte[] joined = String.join("", words).getBytes(StandardCharsets.UTF_8);
            builder.begin(joined);
            int at = 0;
            for (String word : words) {
                int length = word.getBytes(StandardCharsets.UTF_8).length;
                builder.add(at, length);
                at += length;
            }
            node.loop.dispatcher().beginBatch();
            node.loop.dispatcher().run(builder.request(), session, queue);
            settle();
            return reply();
        }

        /** The reply that is there by now. */
        @Nullable
        RespReply reply() {
            String raw = raw();
            return raw == null ? null : decode(raw);
        }

        /** The bytes of the reply that is there by now. */
        @Nullable
        String raw() {
            ByteBuf output = queue.takeOutput();
            if (output == null) {
                return null;
            }
            String raw = output.toString(StandardCharsets.ISO_8859_1);
            output.release();
            return raw;
        }

        /** Sends a command whose reply comes before time passes. */
        RespReply ask(String... words) {
            RespReply reply = send(words);
            if (reply == null) {
                throw new AssertionError("no reply to " + String.join(" ", words));
            }
            return reply;
        }

        /** Sends a command and lets time pass until its reply comes. */
        RespReply patiently(String... words) {
            RespReply reply = send(words);
            for (int waits = 0; reply == null && waits < 100; waits++) {
                pass(5);
                reply = reply();
            }
            if (reply == null) {
                throw new AssertionError("no reply in time to " + String.join(" ", words));
            }
            return reply;
        }
    }

    static RespReply decode(String raw) {
        EmbeddedChannel channel = new EmbeddedChannel();
        RespClientPipeline.addTo(channel.pipeline(), new RespLimits(1 << 20, 1 << 16, 1 << 16));
        channel.writeInbound(Unpooled.copiedBuffer(raw, StandardCharsets.ISO_8859_1));
        RedisMessage message = channel.readInbound();
        RespReply reply = RespReply.of(message);
        Object second = channel.readInbound();
        channel.close();
        if (second != null) {
            throw new AssertionError("two replies: " + raw);
        }
        return reply;
    }

    /** One node with one loop. */
    private final class TestNode implements PeerTransport {
        final int index;
        final List<Integer> peers = new ArrayList<>();
        final DeadlineWheel wheel = new DeadlineWheel(nowNanos, MILLI);
        final StampClock stamps = new StampClock(() -> nowNanos / MILLI, 1_000);
        final ReplicaService replica;
        final CommandLoop loop;
        final ForwardService forwards;
        final WriteService writes;
        private final Set<Long> forgotten = new HashSet<>();
        private long calls;

        TestNode(int index) {
            this.index = index;
            peers.add(index);
            for (int i = 0; i < ids.size(); i++) {
                if (i != index) {
                    peers.add(i);
                }
            }
            List<NodeId> members = peers.stream().map(ids::get).toList();
            boolean[] healthy = new boolean[members.size()];
            Arrays.fill(healthy, true);
            ClusterView view =
                    new ClusterView(ring, members, healthy, Collections.nCopies(members.size(), new BitSet()));
            MemoryEngine engine =
                    new MemoryEngine(PARTITIONS, 0, ring.partitioner()::high, stamps, new SplittableRandom(index));
            engine.start();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                engine.settle(partition);
            }
            replica = new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, Runnable::run, DAY_MILLIS);
            Clock clock = new Clock() {
                @Override
                public long wallMillis() {
                    return nowNanos / MILLI;
                }

                @Override
                public long nanoTime() {
                    return nowNanos;
                }
            };
            QuorumPolicy policy = new QuorumPolicy(n, 2, 2, 0, 500 * MILLI, 1000 * MILLI, 0, true, 10 * MILLI);
            Coordinator coordinator = new Coordinator(
                    new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, Runnable::run, DAY_MILLIS),
                    this,
                    wheel,
                    clock,
                    () -> view,
                    policy,
                    peer -> {},
                    MissedWrites.NONE,
                    CoordinatorMetrics.NONE,
                    RandomGenerator.of("L64X128MixRandom"));
            List<List<Command>> rows = List.of(
                    ConnectionCommands.commands(),
                    StringCommands.commands(),
                    VersionedCommands.commands(new VersionedSettings(2, 2, 0, 1_000), VersionObserver.NONE));
            loop = new CommandLoop(new CommandLoop.Parts(
                    new CommandTable(rows),
                    new NodeFacts("1.0.0", "7.2.0", Secret.NONE, 1 << 16, peer -> "n" + peers.get(peer)),
                    new CoordinatedKeys(coordinator),
                    this,
                    peer -> {},
                    wheel,
                    clock,
                    CommandRecorder.NONE,
                    new SessionDirectory().join(Runnable::run),
                    codec(),
                    UnpooledByteBufAllocator.DEFAULT));
            forwards = new ForwardService(loop);
            writes = new WriteService(replica, wheel, clock);
        }

        @Override
        public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
            long number = ++calls;
            TestNode target = nodes.get(peers.get(peer));
            carry(
                    this,
                    target,
                    () -> target.answer(
                            request,
                            deadlineNanos,
                            answer -> carry(target, this, () -> {
                                if (!forgotten.contains(number)) {
                                    handler.onReply(peer, answer);
                                }
                            })));
            return number;
        }

        @Override
        public void tell(int peer, PeerMessage message) {
            TestNode target = nodes.get(peers.get(peer));
            carry(this, target, () -> target.answer(message, nowNanos, answer -> {}));
        }

        @Override
        public void forget(int peer, long call) {
            forgotten.add(call);
        }

        @Override
        public boolean isReachable(int peer) {
            return true;
        }

        private void carry(TestNode from, TestNode to, Runnable arrival) {
            if (!cuts.contains(List.of(from.index, to.index))) {
                network.add(arrival);
            }
        }

        private void answer(PeerMessage request, long deadlineNanos, Consumer<PeerMessage> reply) {
            if (request instanceof Read read) {
                reply.accept(replica.answer(read));
            } else if (request instanceof Write write) {
                writes.handle(0, write, new FrameInfo(deadlineNanos, stamps.current()), reply::accept);
            } else if (request instanceof Forward forward) {
                forwards.handle(0, forward, new FrameInfo(deadlineNanos, stamps.current()), reply::accept);
            } else {
                throw new AssertionError(request);
            }
        }
    }
}
