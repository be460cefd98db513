package io.kvorum.server.coordinator;

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
import io.kvorum.server.membership.PeerHealth;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.OwnHints;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.server.runtime.DrivenClock;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One coordinator under a virtual clock, its peers real replicas whose answers the test lets through one by one. Peer 0
 * is the coordinator itself. What the coordinator does is written down in {@link #effects}.
 */
final class Bench {
    static final long MILLI = 1_000_000;
    private static final int PARTITIONS = 8;

    final List<String> effects = new ArrayList<>();

    /** Owners that bare hints were noted for. */
    final List<Integer> bare = new ArrayList<>();

    final Map<Integer, ReplicaService> replicas = new LinkedHashMap<>();
    final Map<Integer, Sent> inFlight = new LinkedHashMap<>();
    final boolean[] reachable;
    final boolean[] healthy;
    final List<BitSet> unsettled = new ArrayList<>();
    final Coordinator coordinator;
    final DeadlineWheel wheel;

    /** What sending a message ends with. */
    @Nullable
    RuntimeException bug;

    /** The coordinator's own. */
    final SlowDisk disk = new SlowDisk();

    private Ring ring;
    private final List<NodeId> members = new ArrayList<>();
    private final StampClock stamps;
    final Clock clock = new DrivenClock(() -> this.nowNanos);
    private ClusterView view;
    private long nowNanos = 1_000 * MILLI;
    private long calls;

    record Sent(long call, PeerMessage request, ReplyHandler handler) {}

    Bench(int nodes, int n, int r, int w, double readAllRatio) {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "bench", PARTITIONS, Partitioner.SLOTS, n);
        for (int i = 0; i < nodes; i++) {
            NodeId id = NodeId.of(0, i + 1);
            members.add(id);
            builder.member(new Member(
                    id, new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100), MemberState.JOINING));
            unsettled.add(new BitSet());
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(members.get(partition % nodes));
        }
        ring = builder.plan(new EventId(1, members.get(0)), new Assignment(tokens))
                .build();
        reachable = new boolean[nodes];
        healthy = new boolean[nodes];
        Arrays.fill(reachable, true);
        Arrays.fill(healthy, true);
        view = newView();
        stamps = new StampClock(() -> nowNanos / MILLI, 1_000);
        for (int i = 0; i < nodes; i++) {
            MemoryEngine engine =
                    new MemoryEngine(PARTITIONS, 0, Partitioner.SLOTS::high, stamps, new SplittableRandom(i));
            engine.start();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                engine.settle(partition);
            }
            replicas.put(
                    i,
                    new ReplicaService(
                            engine, stamps, this::view, ReplicaObserver.NONE, Runnable::run, 24 * 3600 * 1000L));
        }
        wheel = new DeadlineWheel(nowNanos, MILLI);
        coordinator = new Coordinator(
                new ReplicaService(
                        disk.over(replica(0).engine()),
                        stamps,
                        this::view,
                        ReplicaObserver.NONE,
                        Runnable::run,
                        24 * 3600 * 1000L),
                new Transport(),
                wheel,
                clock,
                this::view,
                new QuorumPolicy(n, r, w, 0, 500 * MILLI, 1000 * MILLI, readAllRatio, true, 10 * MILLI),
                new Health(),
                (peer, key) -> bare.add(peer),
                OwnHints.NONE,
                CoordinatorMetrics.NONE,
                RandomGenerator.of("L64X128MixRandom"));
    }

    private ClusterView newView() {
        return new ClusterView(ring, members, healthy, unsettled);
    }

    /** Only these have settled everywhere so far; the plan wants more. */
    void growFrom(int... owners) {
        List<NodeId> settled = Arrays.stream(owners).mapToObj(members::get).toList();
        ring = RingBuilder.from(ring)
                .settled(Collections.nCopies(PARTITIONS, settled), List.of())
                .build();
        refreshView();
    }

    ClusterView view() {
        return view;
    }

    void refreshView() {
        view = newView();
    }

    ReplicaService replica(int peer) {
        ReplicaService replica = replicas.get(peer);
        if (replica == null) {
            throw new IllegalArgumentException("no peer " + peer);
        }
        return replica;
    }

    /** A key of which this node is an owner. */
    KeyRef key(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Position position = ring.partitioner().positionOf(bytes, 0, bytes.length);
        return new KeyRef(ring.partitionOf(position.high()), position.high(), position.low(), bytes);
    }

    Mutation set(KeyRef key, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return (current, scope) -> Versions.write(
                current,
                new Draft()
                        .key(key.bytes(), 0, key.bytes().length)
                        .value(bytes, 0, bytes.length)
                        .dot(scope.actor(), scope.nextStamp(current == null ? 0 : Versions.newestStamp(current))));
    }

    void write(KeyRef key, String value, int w) {
        coordinator.write(key, set(key, value), new RequestOptions(0, w, 0, false), nowNanos + 1000 * MILLI, writing());
    }

    /** A write that so much is left for. */
    void writeWithin(KeyRef key, String value, long millis) {
        coordinator.write(key, set(key, value), RequestOptions.DEFAULTS, nowNanos + millis * MILLI, writing());
    }

    void write(KeyRef key, String value, int w, boolean strict) {
        coordinator.write(
                key, set(key, value), new RequestOptions(0, w, 0, strict), nowNanos + 1000 * MILLI, writing());
    }

    void modify(KeyRef key, Mutation mutation) {
        coordinator.modify(key, mutation, RequestOptions.DEFAULTS, nowNanos + 1000 * MILLI, writing());
    }

    void modifyWithin(KeyRef key, Mutation mutation, long millis) {
        coordinator.modify(key, mutation, RequestOptions.DEFAULTS, nowNanos + millis * MILLI, writing());
    }

    /** Writes down what becomes of a write. */
    WriteCallback writing() {
        return new WriteCallback() {
            @Override
            public void onWritten(byte @Nullable [] record) {
                effects.add("written " + plain(record));
            }

            @Override
            public void onFailure(Failure failure) {
                effects.add(failure.kind() + " " + failure.text());
            }
        };
    }

    void read(KeyRef key, int r) {
        coordinator.read(key, new RequestOptions(r, 0, 0, false), nowNanos + 500 * MILLI, new ReadCallback() {
            @Override
            public void onRecord(byte @Nullable [] record) {
                effects.add("read " + plain(record));
            }

            @Override
            public void onFailure(Failure failure) {
                effects.add(failure.kind() + " " + failure.text());
            }
        });
    }

    /** Writes at one replica alone, as a write that reached nobody else would have. */
    void writeAt(int peer, KeyRef key, String value) {
        replica(peer).update(key, set(key, value));
    }

    /** Lets a replica hear of a flush that was stamped a little ahead of this clock. */
    void flushAt(int peer, KeyRef key) {
        replica(peer).engine().flush(key.partition(), Stamp.endOfMillis((nowNanos / MILLI) + 10));
    }

    String at(int peer, KeyRef key) {
        return plain(replica(peer).read(key));
    }

    String plain(byte @Nullable [] record) {
        ValueSlice slice = new ValueSlice();
        return record != null && Visible.plain(record, nowNanos / MILLI, slice)
                ? new String(slice.array(), slice.offset(), slice.length(), StandardCharsets.UTF_8)
                : "nothing";
    }

    /** Lets a peer take what was sent to it, and its answer come back. */
    void deliver(int peer) {
        Sent sent = take(peer);
        sent.handler.onReply(peer, answer(peer, sent.request));
    }

    /** The same over a connection that tells of flushes before anything else, in both directions. */
    void deliverTelling(int peer) {
        Sent sent = take(peer);
        tellOfFlushes(0, peer);
        PeerMessage answer = answer(peer, sent.request);
        tellOfFlushes(peer, 0);
        sent.handler.onReply(peer, answer);
    }

    private void tellOfFlushes(int from, int to) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            replica(to).engine().beginFlush(partition, replica(from).flushedUpTo(partition));
        }
    }

    /** A peer answers what was sent to it with this. */
    void reply(int peer, PeerMessage answer) {
        take(peer).handler.onReply(peer, answer);
    }

    /** Lets a peer take what was sent to it; its answer is lost. */
    void deliverOnly(int peer) {
        Sent sent = inFlight.get(peer);
        if (sent != null) {
            answer(peer, sent.request);
        }
    }

    /** Ends the connection to a peer. */
    void lose(int peer) {
        take(peer).handler.onLost(peer);
    }

    private Sent take(int peer) {
        Sent sent = inFlight.remove(peer);
        if (sent == null) {
            throw new IllegalStateException("nothing is on its way to " + peer + ": " + effects);
        }
        return sent;
    }

    private PeerMessage answer(int peer, PeerMessage request) {
        if (request instanceof Read read) {
            return Objects.requireNonNull(replica(peer).answer(read));
        }
        List<PeerMessage> answers = new ArrayList<>();
        new WriteService(replica(peer), wheel, clock)
                .handle(0, request, new FrameInfo(nowNanos, stamps.current()), answers::add);
        return answers.get(0);
    }

    /** Of a frame whose sender waits so long. */
    FrameInfo frameInfo(long millis) {
        return new FrameInfo(nowNanos + millis * MILLI, stamps.current());
    }

    /** The process stands still: time passes, and no timer has come yet. */
    void standStill(long millis) {
        nowNanos += millis * MILLI;
    }

    void pass(long millis) {
        nowNanos += millis * MILLI;
        wheel.advance(nowNanos);
    }

    List<String> takeEffects() {
        List<String> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    /** Remembers what is sent; a repair (which nobody waits for) arrives at once. */
    private final class Health implements PeerHealth {
        @Override
        public void missed(int peer, long waitedNanos) {
            effects.add("missed " + peer);
        }

        @Override
        public void late(int peer) {
            effects.add("late " + peer);
        }
    }

    private final class Transport implements PeerTransport {
        @Override
        public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
            RuntimeException thrown = bug;
            if (thrown != null) {
                throw thrown;
            }
            if (!reachable[peer]) {
                return NOT_SENT;
            }
            calls++;
            effects.add(request.type() + " to " + peer);
            inFlight.put(peer, new Sent(calls, request, handler));
            return calls;
        }

        @Override
        public void tell(int peer, PeerMessage message) {
            effects.add("repair of " + peer);
            answer(peer, message);
        }

        @Override
        public void forget(int peer, long call) {
            effects.add("forget " + peer);
            inFlight.remove(peer);
        }

        @Override
        public boolean isReachable(int peer) {
            return reachable[peer];
        }

        @Override
        public boolean isConnected(int peer) {
            return true;
        }
    }

    List<Integer> waitingFor() {
        List<Integer> peers = new ArrayList<>(inFlight.keySet());
        Collections.sort(peers);
        return peers;
    }
}
