package io.kvorum.server.membership;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.detector.DetectorPolicy;
import io.kvorum.server.background.Budget;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.config.MembershipConfig;
import io.kvorum.server.config.Redirecting;
import io.kvorum.server.config.Secret;
import io.kvorum.server.peer.HandshakeKey;
import io.kvorum.server.peer.HostResolver;
import io.kvorum.server.peer.LoopPeerCalls;
import io.kvorum.server.peer.NettyPeerTransport;
import io.kvorum.server.peer.PeerDispatch;
import io.kvorum.server.peer.PeerLoop;
import io.kvorum.server.peer.PeerNode;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.PeerServer;
import io.kvorum.server.peer.PeerSettings;
import io.kvorum.server.peer.VersionRange;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.repair.CopySettling;
import io.kvorum.server.repair.PullResponder;
import io.kvorum.server.repair.SettlerPolicy;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.ControlThread;
import io.kvorum.server.runtime.EventLoopTasks;
import io.kvorum.server.runtime.Threads;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A node without clients: membership, settling and memory engine behind real sockets, on loops of its own. */
final class TestMember implements AutoCloseable {
    static final int PARTITIONS = 64;

    final StorageEngine engine;
    final MembershipService membership;
    final LinkedBlockingQueue<String> fenced = new LinkedBlockingQueue<>();
    final StampClock stamps = new StampClock(System::currentTimeMillis, 1000);

    private final Founded founded;
    private final ControlThread control;
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final PeerServer server;
    private final List<NettyPeerTransport> transports;

    /** Something may have changed; who waits looks again. */
    private final LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();

    TestMember(Path directory, List<MemberSpec> members, MemberSpec self, String secret, long seed) {
        this(directory, members, self, secret, seed, 2_000);
    }

    /** With a history of which so many events are kept one by one. */
    TestMember(Path directory, List<MemberSpec> members, MemberSpec self, String secret, long seed, int historyEvents) {
        SplittableRandom random = new SplittableRandom(seed);
        ClusterConfig cluster = new ClusterConfig(
                self, "test", members, List.of(), PARTITIONS, Partitioner.SLOTS, Secret.NONE, false, Redirecting.NEVER);
        founded = Founded.open(Disk.system(), directory, cluster, 3, Joining.NONE);
        control = new Threads(self.name() + "/").control(10_000);
        engine = new MemoryEngine(PARTITIONS, 0, Partitioner.SLOTS::high, stamps, random.split());
        engine.start();
        long bootId = random.nextLong();
        membership = new MembershipService(new MembershipParts(
                founded,
                self,
                new MembershipConfig(50_000_000L, historyEvents, DetectorPolicy.DEFAULT),
                bootId,
                Long.MAX_VALUE,
                stamps,
                Clock.system(),
                random.split(),
                control,
                flushTarget()));
        PeerSettings settings = new PeerSettings(
                VersionRange.SPOKEN, 1 << 24, 1 << 24, 2_000, 2_000_000_000L, 5_000_000L, 100_000_000L, Long.MAX_VALUE);
        PeerNode node = new PeerNode(
                founded.peerIdentity(bootId),
                settings,
                new HandshakeKey(secret),
                () -> membership.peers().directory(),
                stamps,
                Clock.system(),
                HostResolver.on(task -> false),
                membership);
        Map<MessageType, PeerRequestHandler> handlers = membership.handlers();
        handlers.put(MessageType.PULL, new PullResponder(engine, membership::view, new Budget(), 2_000));
        Map<EventLoop, PeerLoop> loops = new HashMap<>();
        group.forEach(executor -> {
            EventLoop loop = (EventLoop) executor;
            PeerDispatch dispatch = new PeerDispatch(handlers);
            loops.put(
                    loop,
                    new PeerLoop(
                            node, loop, what -> loop.execute(what::flushNow), new Scratch(), dispatch, random.split()));
        });
        List<EventLoop> order = List.copyOf(loops.keySet());
        transports = order.stream()
                .map(loop -> new NettyPeerTransport(Objects.requireNonNull(loops.get(loop)), NioSocketChannel.class))
                .toList();
        server = new PeerServer(
                group, NioServerSocketChannel.class, settings, loop -> Objects.requireNonNull(loops.get(loop)));
        LoopPeerCalls calls = new LoopPeerCalls(
                Clock.system(),
                order.stream().map(EventLoopTasks::new).toList(),
                transports,
                control,
                node::closeIncoming);
        CopySettling settling = new CopySettling(
                new SettlerPolicy(4, 2_000, 10_000_000L, 50_000_000L),
                engine,
                this::merge,
                calls,
                control,
                Clock.system(),
                membership::ownCopies,
                fenced::add);
        server.start(InetAddress.getLoopbackAddress(), self.peerPort());
        membership.start(calls, new Waker(settling));
    }

    /** Waits until the status is as wanted; looks again whenever something changed. */
    void await(String what, Predicate<MembershipStatus> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!wanted.test(membership.status())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what + " did not come true: " + membership.status());
            }
            changes.poll(100, TimeUnit.MILLISECONDS);
        }
    }

    void awaitSettled() throws InterruptedException {
        await(
                "settled everywhere",
                status -> status.members().stream().allMatch(member -> member.unsettledPartitions() == 0));
    }

    void put(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        long high = Partitioner.SLOTS.high(bytes, 0, bytes.length);
        engine.update(
                partition(bytes),
                high,
                bytes,
                0,
                bytes.length,
                (current, scope) -> Versions.write(
                        current,
                        new Draft()
                                .key(bytes, 0, bytes.length)
                                .value(bytes, 0, bytes.length)
                                .dot(scope.actor(), scope.nextStamp(Versions.newestStamp(current)))));
    }

    boolean has(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        long high = Partitioner.SLOTS.high(bytes, 0, bytes.length);
        return engine.read(partition(bytes), StorageEngine.tableHash(high), bytes, 0, bytes.length) != null;
    }

    @Override
    public void close() {
        membership.close();
        transports.forEach(NettyPeerTransport::close);
        server.close();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
        control.close();
        engine.close();
        founded.close();
    }

    private int partition(byte[] key) {
        return membership.view().partitionOf(Partitioner.SLOTS.high(key, 0, key.length));
    }

    private FlushTarget flushTarget() {
        return new FlushTarget() {
            @Override
            public long newestStamp() {
                return engine.newestStamp();
            }

            @Override
            public void beginFlush(long stamp) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    engine.beginFlush(partition, stamp);
                }
            }

            @Override
            public void flushAll(long stamp) {
                TestMember.this.flushAll(stamp);
            }
        };
    }

    private void flushAll(long stamp) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            engine.flush(partition, stamp);
        }
    }

    private boolean merge(int partition, byte[] record) {
        byte[] key = RecordBytes.key(record);
        long high = Partitioner.SLOTS.high(key, 0, key.length);
        engine.update(partition, high, key, 0, key.length, (current, scope) -> {
            byte[] left = Flush.without(record, scope.flushedUpTo());
            if (left == null) {
                return current;
            }
            return current == null ? left : Merge.merge(current, left, VersionObserver.NONE);
        });
        return true;
    }

    /** Passes everything on, and wakes who waits. */
    private final class Waker implements MembershipListener {
        @Override
        public void lifeForgotten() {
            throw new AssertionError("no life was forgotten");
        }

        private final MembershipListener next;

        Waker(MembershipListener next) {
            this.next = next;
        }

        @Override
        public void viewChanged(ClusterView view) {
            next.viewChanged(view);
            changes.add(true);
        }

        @Override
        public void peerUp(int peer) {
            next.peerUp(peer);
        }

        @Override
        public void peerDown(int peer) {
            next.peerDown(peer);
        }

        @Override
        public void fenced(String sentence) {
            next.fenced(sentence);
        }
    }
}
