package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.config.Secret;
import io.kvorum.server.coordinator.Coordinator;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.coordinator.MissedWrites;
import io.kvorum.server.coordinator.QuorumPolicy;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.NotedHealth;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.replica.OwnHints;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.server.runtime.DrivenClock;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.StampClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One loop with a real coordinator and a memory engine, under a virtual clock; what it sends to peers is kept in a list.
 * Peer 0 is the node itself.
 */
public final class CommandBench {
    public static final long MILLI = 1_000_000;
    private static final int PARTITIONS = 8;

    public final CommandLoop loop;
    public final DeadlineWheel wheel;
    public final List<Sent> sent = new ArrayList<>();

    /** How many of them the test has answered, if it counts. */
    public int answered;

    public final List<String> unknown = new ArrayList<>();

    /** First words of errors that clients were answered, in their order. */
    public final List<String> errors = new ArrayList<>();

    public final NotedHealth health = new NotedHealth();
    public final boolean[] reachable;

    /** Whether the loop has a connection to each peer, at first yes. */
    public final boolean[] connected;

    public final boolean[] healthy;
    private Ring ring;
    private final List<NodeId> members = new ArrayList<>();
    private final List<BitSet> unsettled = new ArrayList<>();
    private ClusterView view;
    private long nowNanos = 1_000_000 * MILLI;

    /** A message on its way. */
    public record Sent(int peer, PeerMessage message, long deadlineNanos, ReplyHandler handler) {}

    /** A node alone. */
    public static CommandBench alone() {
        return new CommandBench(1, 1, Secret.NONE, List.of(), Runnable::run);
    }

    /** A node among others. */
    public static CommandBench of(int nodes, int n) {
        return new CommandBench(nodes, n, Secret.NONE, List.of(), Runnable::run);
    }

    /** A node among others that tells clients where to go. */
    static CommandBench redirecting(int nodes, int n, List<Command> more) {
        return new CommandBench(nodes, n, Secret.NONE, known -> more, Runnable::run, true);
    }

    public CommandBench(int nodes, int n, Secret password, List<Command> more, Executor tasks) {
        this(nodes, n, password, known -> more, tasks, false);
    }

    /** A node among others, with rows that are made of those that it has. */
    static CommandBench with(int nodes, int n, UnaryOperator<List<Command>> more) {
        return new CommandBench(nodes, n, Secret.NONE, more, Runnable::run, false);
    }

    private CommandBench(
            int nodes, int n, Secret password, UnaryOperator<List<Command>> more, Executor tasks, boolean redirects) {
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
        connected = reachable.clone();
        Arrays.fill(healthy, true);
        view = newView();
        StampClock stamps = new StampClock(() -> nowNanos / MILLI, 1_000);
        MemoryEngine engine = new MemoryEngine(PARTITIONS, 0, Partitioner.SLOTS::high, stamps, new SplittableRandom(1));
        engine.start();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            engine.settle(partition);
        }
        wheel = new DeadlineWheel(nowNanos, MILLI);
        Clock clock = new DrivenClock(() -> nowNanos);
        Transport transport = new Transport();
        Coordinator coordinator = new Coordinator(
                new ReplicaService(engine, stamps, this::view, ReplicaObserver.NONE, Runnable::run, 24 * 3600 * 1000L),
                transport,
                wheel,
                clock,
                this::view,
                new QuorumPolicy(n, n / 2 + 1, n / 2 + 1, 0, 500 * MILLI, 1000 * MILLI, 0, false, 10 * MILLI),
                health,
                MissedWrites.NONE,
                OwnHints.NONE,
                CoordinatorMetrics.NONE,
                RandomGenerator.of("L64X128MixRandom"));
        List<List<Command>> families = new ArrayList<>(Commands.families());
        families.add(more.apply(families.stream().flatMap(List::stream).toList()));
        loop = new CommandLoop(new CommandLoop.Parts(
                new CommandTable(families),
                new NodeFacts("0.1.0", "7.4.0", password, 64 * 1024, redirects, peer -> "n" + peer),
                new CoordinatedKeys(coordinator, 1 << 20),
                transport,
                health,
                wheel,
                clock,
                new CommandRecorder() {
                    @Override
                    public void record(int command, long nanos, boolean failed) {}

                    @Override
                    public void rejected(int command) {}

                    @Override
                    public void unknown(String name) {
                        unknown.add(name);
                    }

                    @Override
                    public void errorReplied(String firstWord) {
                        errors.add(firstWord);
                    }
                },
                new SessionDirectory().join(tasks),
                new ContextCodec(new byte[] {1}),
                new SlowLog(10_000_000, 128),
                UnpooledByteBufAllocator.DEFAULT));
    }

    private ClusterView newView() {
        return new ClusterView(ring, members, healthy, unsettled);
    }

    private ClusterView view() {
        return view;
    }

    /** Takes over what {@link #healthy} and {@link #unsettle} say. */
    public void refreshView() {
        view = newView();
    }

    /** Lets a peer be away, known to all. */
    public void down(int peer) {
        healthy[peer] = false;
        reachable[peer] = false;
        connected[peer] = false;
        refreshView();
    }

    /** Lets a peer's copy of all partitions be one that may have forgotten events. */
    public void unsettle(int peer) {
        unsettled.get(peer).set(0, PARTITIONS);
        refreshView();
    }

    /** Lets all copies have forgotten nothing. */
    public void settleCopies() {
        unsettled.forEach(BitSet::clear);
    }

    /** Hears that one owner gives all its partitions up to another node, which has not settled. */
    public void consent(int from, int to) {
        change(from, to, false);
    }

    /** Hears that a node has settled in the place of another. */
    public void settle(int from, int to) {
        change(from, to, true);
    }

    private void change(int from, int to, boolean settled) {
        List<List<NodeId>> owners = new ArrayList<>();
        List<Move> consents = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<NodeId> here = new ArrayList<>(ring.settledOwners(partition));
            if (here.contains(members.get(from)) && settled) {
                here.set(here.indexOf(members.get(from)), members.get(to));
            } else if (here.contains(members.get(from))) {
                consents.add(new Move(partition, members.get(from), members.get(to), true));
            }
            owners.add(here);
        }
        ring = RingBuilder.from(ring).settled(owners, consents).build();
        refreshView();
    }

    /** A key of which this peer is the first owner. */
    public String keyOf(int peer) {
        for (int i = 0; ; i++) {
            String key = "k" + i;
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            int partition = ring.partitionOf(ring.partitioner().high(bytes, 0, bytes.length));
            if (view.owners(partition)[0] == peer) {
                return key;
            }
        }
    }

    /** Lets time pass, deadlines included. */
    public void pass(long millis) {
        nowNanos += millis * MILLI;
        wheel.advance(nowNanos);
    }

    public long nowNanos() {
        return nowNanos;
    }

    /** A session that may do everything unless there is a password. */
    public Session session() {
        return new Session(7, "127.0.0.1:5000", "127.0.0.1:6379", loop.facts().isPasswordless(), nowNanos);
    }

    /** A client that sends requests one by one. */
    public Client client() {
        return new Client(session());
    }

    /** Runs one request for a client of its own, and returns what was replied so far. */
    public String run(String... arguments) {
        return client().run(arguments);
    }

    /** One client, its session and its replies. */
    public final class Client {
        public final Session session;
        public final ReplyQueue replies = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});

        Client(Session session) {
            this.session = session;
        }

        /** Runs a request and returns what was replied since the last time. */
        public String run(String... arguments) {
            List<byte[]> bytes = Arrays.stream(arguments)
                    .map(argument -> argument.getBytes(StandardCharsets.ISO_8859_1))
                    .toList();
            run(Requests.of(bytes));
            return takeReplies();
        }

        public void run(RespRequest request) {
            loop.dispatcher().beginBatch();
            loop.dispatcher().run(request, session, replies);
        }

        /** Forgets replies, and keeps the buffer that they were in. */
        public void clear() {
            replies.now().clear();
            replies.written();
        }

        /** What was replied since the last time. */
        public String takeReplies() {
            ByteBuf output = replies.takeOutput();
            if (output == null) {
                return "";
            }
            String text = output.toString(StandardCharsets.ISO_8859_1);
            output.release();
            return text;
        }
    }

    private final class Transport implements PeerTransport {
        @Override
        public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
            if (!reachable[peer]) {
                return NOT_SENT;
            }
            sent.add(new Sent(peer, request, deadlineNanos, handler));
            return sent.size();
        }

        @Override
        public void tell(int peer, PeerMessage message) {}

        @Override
        public void forget(int peer, long call) {}

        @Override
        public boolean isReachable(int peer) {
            return reachable[peer];
        }

        @Override
        public boolean isConnected(int peer) {
            return connected[peer];
        }
    }
}
